/** The real trainer process, whose file-system calls fail when they are told to. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface, type Interface } from 'node:readline';
import { Duplex } from 'node:stream';
import { pathToFileURL } from 'node:url';
import { Connection } from '../../src/protocol/connection';
import { endsRun, type RunEvent } from '../../src/protocol/events';
import { protocolVersion } from '../../src/protocol/limits';
import { childChannel } from '../../src/protocol/processChannel';
import type { CallKind, FaultCode } from './calls.mjs';

const root = join(import.meta.dirname, '..', '..');
const trainerFile = join(root, 'dist', 'trainer.js');
/** One check of the engine for all trainers, as in `npm test`. */
export const engineChecks = join(root, 'node_modules', '.cache', 'ulmfit', 'engine-checks.json');
const preload = pathToFileURL(join(import.meta.dirname, 'inject.mjs')).href;
const pipe = 4;
/** What the first probe of an engine told; outside of every store, since it is the machine's. */
const probeFile = join(tmpdir(), `ulmfit-faults-${process.pid}.json`);
process.once('exit', () => {
  rmSync(probeFile, { force: true });
});

export type TrainerThread = 'speaking' | 'computing';

export interface Fault {
  readonly thread: TrainerThread;
  /** Which call of that thread fails, from 1; the next one that can fail so if this one cannot. */
  readonly at: number;
  readonly code: FaultCode;
  /** Every later call of both threads fails, too, as on a disk that is full. */
  readonly lasts: boolean;
}

/** A call as the trainer made it. */
export interface MadeCall {
  readonly thread: TrainerThread;
  readonly kind: CallKind;
  readonly name: string;
  readonly path: string;
}

interface Answer {
  readonly calls: number;
  readonly failed: number;
  /** Milliseconds modulo 2³¹. */
  readonly since: number;
}

/** What came of one request that begins a run. */
export interface Ending {
  /** The last event, or the error that the request failed with; nothing where the process ended or said nothing. */
  readonly event?: RunEvent | undefined;
  readonly refusal?: unknown;
  readonly exited: boolean;
  /** No ending came in time. */
  readonly silent: boolean;
}

export class FaultyTrainer {
  readonly events: RunEvent[] = [];
  /** Told of every event, too. */
  onEvent: (run: string, event: RunEvent) => void = () => undefined;
  /** What it printed. */
  stderr = '';
  #listeners = new Set<() => void>();
  readonly #answers: Interface;
  readonly #control: Duplex;
  readonly #gone: Promise<void>;

  private constructor(
    readonly child: ChildProcess,
    readonly connection: Connection,
    private readonly log: string,
  ) {
    connection.onNotification('event', ({ run, event }) => {
      this.events.push(event);
      this.onEvent(run, event);
      for (const listener of this.#listeners) listener();
    });
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.stderr = (this.stderr + text).slice(-4000);
    });
    this.#gone = new Promise((resolve) => {
      child.once('exit', () => {
        resolve();
        for (const listener of this.#listeners) listener();
      });
    });
    const control = child.stdio[pipe];
    if (!(control instanceof Duplex)) throw new Error('The trainer has no pipe to be told by.');
    control.on('error', () => undefined);
    this.#control = control;
    this.#answers = createInterface({ input: control });
  }

  /**
   * @param store whose calls are counted
   * @param log a file for what was counted
   */
  static async start(store: string, log: string): Promise<FaultyTrainer> {
    const child = spawn(process.execPath, [trainerFile], {
      stdio: ['ignore', 'ignore', 'pipe', 'ipc', 'pipe'],
      env: {
        ULMFIT_ENGINE_CHECKS: engineChecks,
        ...process.env,
        NODE_OPTIONS: `--import ${preload}`,
        FAULTS_STORE: store,
        FAULTS_LOG: log,
        FAULTS_PROBE: probeFile,
        FAULTS_PIPE: String(pipe),
      },
    });
    const trainer = new FaultyTrainer(child, new Connection(childChannel(child)), log);
    const settings = { protocolVersion, store, threads: 1, checkpointSeconds: 0, engine: 'onnx' } as const;
    await trainer.connection.request('hello', settings);
    return trainer;
  }

  get hasExited(): boolean {
    return this.child.exitCode !== null || this.child.signalCode !== null;
  }

  /** Lets calls fail from now on; without a fault they are done as usual. @returns what was counted until now */
  async tell(fault?: Fault | 'record'): Promise<Answer | undefined> {
    if (this.hasExited) return undefined;
    writeFileSync(this.log, '');
    const message = fault === undefined ? {} : fault === 'record' ? { record: true } : fault;
    const answered = once(this.#answers, 'line');
    const gone = this.#gone;
    this.#control.write(`${JSON.stringify(message)}\n`);
    const first = await Promise.race([answered, gone.then((): unknown[] => [])]);
    return typeof first[0] === 'string' ? (JSON.parse(first[0]) as Answer) : undefined;
  }

  /** The calls since `tell('record')`. */
  recorded(): MadeCall[] {
    const lines = readFileSync(this.log, 'utf8').trimEnd().split('\n');
    return lines.map((line) => {
      const [thread, kind, name, path] = line.split('\t');
      return { thread, kind, name, path } as MadeCall;
    });
  }

  /** The first calls that failed since `tell(fault)`. */
  failures(): string {
    return readFileSync(this.log, 'utf8').trim();
  }

  /** Begins a run and waits for its end, at most `milliseconds`. */
  async run(begin: () => Promise<unknown>, milliseconds: number): Promise<Ending> {
    const from = this.events.length;
    let refusal: unknown;
    const last = () => this.events.slice(from).find(endsRun);
    const isOver = () => last() !== undefined || refusal !== undefined || this.hasExited;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(finish, milliseconds);
      const look = () => {
        if (isOver()) finish();
      };
      function finish() {
        clearTimeout(timer);
        resolve();
      }
      this.#listeners = new Set([look]);
      begin().catch((error: unknown) => {
        refusal = error;
        look();
      });
      look();
    });
    this.#listeners.clear();
    if (this.hasExited) return { exited: true, silent: false, event: last() };
    return { event: last(), refusal, exited: false, silent: !isOver() };
  }

  async end(): Promise<void> {
    if (this.hasExited) return;
    this.child.kill('SIGKILL');
    await this.#gone;
  }
}
