import { dirname, join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { setTimeout as pause } from 'node:timers/promises';
import { UlmfitError } from '../errors';
import type { Connection } from '../protocol/connection';
import { endsRun, type RunEvent } from '../protocol/events';
import { heartbeatMilliseconds, protocolVersion } from '../protocol/limits';
import { type ReceivedParams, type RequestMethod, type RequestResult, requests } from '../protocol/requests';
import { Store } from '../store/store';
import { ComputeThread } from './computeThread';
import { answerInstall } from './engines/installRequest';
import { nameStore } from './engines/storeInUse';
import { errorEvent } from './errorEvent';
import { RunInProgress, takenOver } from './runInProgress';
import type { Tasks } from './tasks';

export interface SupervisorOptions {
  readonly version: string;
  /** The program of the thread that computes. */
  readonly threadProgram: string;
  readonly log: (line: string) => void;
  /** Ends this process at once. */
  readonly die: () => void;
}

interface Session {
  readonly hello: ReceivedParams<'hello'>;
  readonly store: Store;
}

/** A request that begins a run, or goes on with one. */
const runMethods = ['train-encoder', 'train-classifier', 'resume', 'extend'] as const;
/** What is answered here, though an answer may need the thread that computes. */
const ownMethods = [
  'hello',
  'doctor',
  'install-engine',
  'cancel',
  'pause',
  'cancel-task',
  'shutdown',
] as const;

const lastWordsMilliseconds = 100;

/**
 * Speaks with the host and computes nothing, so that it always answers: it gives the heartbeat, acknowledges what is to
 * stop, and passes everything else on to a thread that computes, started when it is first needed. A thread that dies
 * fails what was asked of it and ends its run with an error. One that does not hear that it is to stop takes the whole
 * process with it, since nothing less ends a native call that does not return.
 */
export class TrainerSupervisor {
  #session: Session | undefined;
  #thread: { readonly started: ComputeThread; readonly ready: Promise<ComputeThread> } | undefined;
  #run: RunInProgress | undefined;
  readonly #installations: Tasks;
  #isEnding = false;
  /** Settles when everything that was passed on so far has been sent. */
  #sent: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly host: Connection,
    private readonly options: SupervisorOptions,
  ) {
    this.#answerHello();
    this.#answerWhatStops();
    const parts = join(dirname(options.threadProgram), 'tensorflow');
    this.#installations = answerInstall(host, parts);
    const forward = <Result>(ask: (to: Connection) => Promise<Result>) =>
      this.#forward(({ connection }) => ask(connection));
    for (const method of runMethods) {
      host.relay(method, forward, ({ run }) => {
        this.#run = new RunInProgress(run, this.#needSession().store, () => {
          this.#leaveRun(run);
        });
      });
    }
    const others = new Set(Object.keys(requests) as RequestMethod[]);
    for (const method of [...runMethods, ...ownMethods]) others.delete(method);
    for (const method of others) host.relay(method, forward);
    host.onRequest('doctor', () => this.#examine());
  }

  /** Ends: what runs is paused with a checkpoint first, and other work leaves no half-written file. */
  async shutdown(): Promise<void> {
    this.#isEnding = true;
    await this.#installations.cancelAll();
    const thread = await this.#thread?.ready.catch(() => undefined);
    // As long as it takes: the host knows how long it is willing to wait.
    await thread?.connection.request('shutdown', {}).catch(() => undefined);
    await thread?.end();
  }

  #answerHello(): void {
    this.host.onRequest('hello', (hello) => {
      if (hello.protocolVersion !== protocolVersion) {
        throw new UlmfitError(
          'protocol',
          `The trainer speaks version ${protocolVersion} of the protocol, the host version ${hello.protocolVersion}.`,
          'Install the command line and the extension anew, so that both are of one version.',
        );
      }
      if (this.#session && !isDeepStrictEqual(this.#session.hello, hello)) {
        throw new UlmfitError(
          'protocol',
          'The trainer was set up with other settings, and these hold as long as it lives.',
          'Start another trainer for other settings.',
        );
      }
      if (!this.#session) this.#beginHeartbeat();
      this.#session ??= { hello, store: openStore(hello.store) };
      nameStore(hello, this.host);
      return Promise.resolve({ protocolVersion, pid: process.pid, version: this.options.version });
    });
  }

  #answerWhatStops(): void {
    const stopRun = (run: string, ask: (to: Connection, timeout: number) => Promise<unknown>) => {
      if (this.#run?.id !== run) {
        throw new UlmfitError(
          'not-found',
          `The run "${run}" is not running.`,
          'List the runs to see their state.',
        );
      }
      this.#mustHear(ask);
      return Promise.resolve({});
    };
    this.host.onRequest('cancel', (params) =>
      stopRun(params.run, (to, timeout) => to.request('cancel', params, timeout)),
    );
    this.host.onRequest('pause', (params) =>
      stopRun(params.run, (to, timeout) => to.request('pause', params, timeout)),
    );
    this.host.onRequest('cancel-task', (params) => {
      this.#installations.cancel(params.task);
      this.#mustHear((to, timeout) => to.request('cancel-task', params, timeout));
      return Promise.resolve({});
    });
    this.host.onRequest('shutdown', async () => {
      await this.shutdown();
      setImmediate(() => {
        this.host.close();
      });
      return {};
    });
  }

  /** Tells the thread that it is to stop something, and ends this process where that is not heard. */
  #mustHear(ask: (to: Connection, timeoutMilliseconds: number) => Promise<unknown>): void {
    const thread = this.#thread;
    if (!thread) return;
    this.#forward((started) => started.hears(ask, this.#run?.isBeforeFirstStep ?? false))
      .then(async (heard) => {
        if (heard || this.#thread !== thread) return;
        const message = 'What computes in the trainer does not stop, so the trainer ends.';
        this.options.log(message);
        this.host.notify('log', { level: 'error', message });
        await pause(lastWordsMilliseconds);
        this.options.die();
      })
      .catch(this.#logFailure);
  }

  #beginHeartbeat(): void {
    const beat = setInterval(() => {
      this.host.notify('heartbeat', this.#thread?.started.quiet ?? {});
    }, heartbeatMilliseconds);
    beat.unref();
  }

  /**
   * Hands something to the thread that computes when its engine is loaded, in the order in which it came: what is to be
   * stopped must be there before it is stopped.
   * @throws {UlmfitError} `engine-unavailable`, or what `send` throws
   */
  #forward<Result>(send: (thread: ComputeThread) => Promise<Result>): Promise<Result> {
    const ready = this.#sent.then(() => this.#computing());
    const answer = ready.then(send);
    this.#sent = ready.catch(() => undefined);
    return answer;
  }

  #computing(): Promise<ComputeThread> {
    const { hello } = this.#needSession();
    if (this.#isEnding) throw new UlmfitError('cancelled', 'The trainer is ending.', 'Start another one.');
    this.#thread ??= this.#startThread(hello);
    return this.#thread.ready;
  }

  #startThread(hello: ReceivedParams<'hello'>) {
    const started = ComputeThread.start(this.options.threadProgram, this.options.log);
    started.connection.onNotification('event', ({ run, event }) => {
      this.#tell(run, event);
    });
    started.connection.onNotification('task-progress', (progress) => {
      this.host.notify('task-progress', progress);
    });
    started.connection.onNotification('log', (line) => {
      this.host.notify('log', line);
    });
    started.connection.onClose((reason) => {
      if (this.#thread?.started === started) this.#thread = undefined;
      if (!this.#isEnding) this.#endRunByDeath(reason).catch(this.#logFailure);
    });
    const ready = started.open(hello).then(
      () => started,
      async (error: unknown) => {
        // The next request tries again.
        await started.end();
        throw error;
      },
    );
    return { started, ready };
  }

  /** The checks take other engines into use, so they have a thread of their own. */
  async #examine(): Promise<RequestResult<'doctor'>> {
    const { hello } = this.#needSession();
    const thread = ComputeThread.start(this.options.threadProgram, this.options.log);
    try {
      // An engine that is not there is for the checks to report.
      await thread.open(hello).catch(() => undefined);
      return await thread.connection.request('doctor', {});
    } finally {
      await thread.end();
    }
  }

  #tell(run: string, event: RunEvent): void {
    const current = this.#run?.id === run ? this.#run : undefined;
    current?.follow(event);
    if (current && endsRun(event)) {
      this.#run = undefined;
      current.end();
    }
    this.host.notify('event', { run, event });
  }

  async #endRunByDeath(reason: UlmfitError | undefined): Promise<void> {
    const run = this.#run;
    if (!run) return;
    this.#run = undefined;
    const event = await run.endByDeath(reason);
    this.host.notify('event', { run: run.id, event });
  }

  /** Another process has the run: nothing more may be written to it. */
  #leaveRun(id: string): void {
    if (this.#run?.id !== id) return;
    this.#run = undefined;
    const thread = this.#thread;
    this.#thread = undefined;
    this.host.notify('event', { run: id, event: errorEvent(takenOver(id)) });
    thread?.started.end().catch(this.#logFailure);
  }

  readonly #logFailure = (error: unknown): void => {
    this.options.log(error instanceof Error ? error.message : String(error));
  };

  #needSession(): Session {
    if (this.#session) return this.#session;
    throw new UlmfitError('protocol', 'The trainer was asked something before hello.', 'Say hello first.');
  }
}

function openStore(root: string): Store {
  const store = new Store(root);
  // Litter that cannot be removed, as in a store that may only be read, harms nobody.
  store.sweep().catch(() => undefined);
  return store;
}
