/** Starts the real trainer process and speaks the real protocol with it, on a store and data of the test's own. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Connection } from '../../src/protocol/connection';
import { endsRun, type RunEvent, type RunEventOf } from '../../src/protocol/events';
import { protocolVersion } from '../../src/protocol/limits';
import type { TrainClassifierInput } from '../../src/options/classifier';
import type { TrainEncoderInput } from '../../src/options/languageModel';
import { childChannel } from '../../src/protocol/processChannel';
import { Store } from '../../src/store/store';

const trainerFile = join(import.meta.dirname, '..', '..', 'dist', 'trainer.js');

/** What runs something when a test is over. */
interface Test {
  after: (fn: () => Promise<void>) => void;
}

const endings = new WeakMap<Test, (() => Promise<void>)[]>();

/** What was begun last is ended first: a folder is deleted when the processes that use it are gone. */
function atEnd(t: Test, end: () => Promise<void>): void {
  let ends = endings.get(t);
  if (!ends) {
    const all: (() => Promise<void>)[] = [];
    ends = all;
    endings.set(t, all);
    t.after(async () => {
      for (const each of all.toReversed()) await each();
    });
  }
  ends.push(end);
}

/** A folder that is gone after the test. */
export function temporaryFolder(t: Test): string {
  const folder = mkdtempSync(join(tmpdir(), 'ulmfit-test-'));
  atEnd(t, () => rm(folder, { recursive: true, force: true, maxRetries: 5 }));
  return folder;
}

const words = {
  weather: ['rain', 'sun', 'cloud', 'storm', 'wind', 'snow', 'warm', 'cold'],
  sport: ['goal', 'match', 'team', 'player', 'score', 'win', 'ball', 'coach'],
};

/** Rows `label,text` whose words tell the label. */
export function writeSampleData(folder: string, rows = 60): string {
  const lines = Array.from({ length: rows }, (_, row) => {
    const label = row % 2 === 0 ? 'weather' : 'sport';
    const text = Array.from({ length: 12 + (row % 7) }, (_, i) => {
      const own = words[label];
      return i % 3 === 0 ? 'the' : (own[(row * 5 + i * i) % own.length] ?? '');
    });
    return `${label},${text.join(' ')}`;
  });
  const file = join(folder, 'rows.csv');
  writeFileSync(file, ['label,text', ...lines, ''].join('\n'));
  return file;
}

/** Sizes that train in a second. */
export const tiny = { embSz: 8, nHid: 12, nLayers: 2, bptt: 10, bs: 4, minFreq: 1 } as const;

export interface TrainerHost {
  store: Store;
  child: ChildProcess;
  connection: Connection;
  /** Everything the run told so far, in order. */
  events: RunEvent[];
  /** Resolves at the event that ends the run, or when the process is gone. */
  ended: (run: string) => Promise<RunEvent | undefined>;
  /** Resolves with the next event that fits. */
  next: <Name extends RunEvent['event']>(
    name: Name,
    fits?: (event: RunEventOf<Name>) => boolean,
  ) => Promise<void>;
  stop: () => Promise<void>;
}

export interface HostOptions {
  storeFolder: string;
  /** 0 saves a checkpoint after every step. */
  checkpointSeconds?: number;
  engine?: 'auto' | 'onnx' | 'tensorflow' | 'webgpu';
  /** Added to the environment of the process. */
  env?: Readonly<Record<string, string>>;
}

export async function startTrainer(t: Test, options: HostOptions): Promise<TrainerHost> {
  const child = spawn(process.execPath, [trainerFile], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    env: { ...process.env, ...options.env },
  });
  const gone = new Promise<void>((resolve) =>
    child.once('exit', () => {
      resolve();
    }),
  );
  const connection = new Connection(childChannel(child));
  const events: RunEvent[] = [];
  const listeners = new Set<() => void>();
  connection.onNotification('event', ({ event }) => {
    events.push(event);
    for (const listener of listeners) listener();
  });
  const until = (found: () => boolean) =>
    new Promise<void>((resolve) => {
      const look = () => {
        if (!found()) return;
        listeners.delete(look);
        resolve();
      };
      listeners.add(look);
      look();
    });
  const stop = async () => {
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
    await gone;
  };
  atEnd(t, stop);
  const { storeFolder, checkpointSeconds, engine } = options;
  await connection.request('hello', {
    protocolVersion,
    store: storeFolder,
    threads: 1,
    ...(checkpointSeconds === undefined ? {} : { checkpointSeconds }),
    ...(engine === undefined ? {} : { engine }),
  });
  let from = 0;
  return {
    store: new Store(storeFolder),
    child,
    connection,
    events,
    ended: async () => {
      const before = from;
      const last = () => events.slice(before).find(endsRun);
      await Promise.race([until(() => last() !== undefined), gone]);
      const ending = last();
      from = events.length;
      return ending;
    },
    next: (name, fits = () => true) =>
      until(() => events.some((event) => event.event === name && fits(event as never))),
    stop,
  };
}

export function trainEncoder(host: TrainerHost, options: TrainEncoderInput): Promise<{ run: string }> {
  return host.connection.request('train-encoder', { ...tiny, ...options });
}

export function trainClassifier(host: TrainerHost, options: TrainClassifierInput): Promise<{ run: string }> {
  return host.connection.request('train-classifier', { bs: 8, ...options });
}

/** sha256 of the weights that were saved. */
export async function weightsOf(
  store: Store,
  kind: 'encoders' | 'models',
  name: string,
): Promise<string | undefined> {
  const { manifest } = await store[kind].show(name);
  return manifest.files[kind === 'encoders' ? 'encoder.safetensors' : 'model.safetensors']?.sha256;
}
