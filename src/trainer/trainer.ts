import { resolve } from 'node:path';
import { UlmfitError } from '../errors';
import type { Connection } from '../protocol/connection';
import { heartbeatMilliseconds, protocolVersion } from '../protocol/limits';
import type { ReceivedParams } from '../protocol/requests';
import { closeToOthers } from '../store/ownerOnly';
import { newRunId } from '../store/runs';
import { Store } from '../store/store';
import { examine } from './doctor';
import { EngineSelection } from './engines/engineSelection';
import type { ProbeProgram } from './engines/probeProcess';
import { answerInference } from './inferenceRequests';
import { LoadedModels } from './loadedModels';
import { placedPretrained } from './modelFiles/readPretrained';
import { RunDesk } from './runDesk';
import type { Tasks } from './tasks';

/** What is set up with hello. */
interface Session {
  store: Store;
  models: LoadedModels;
  runs: RunDesk;
}

export interface TrainerOptions {
  readonly version: string;
  /** What tries an engine, in a process of its own. */
  readonly probe: ProbeProgram;
  /** Hears what has arrived, in the middle of work that does not let the event loop turn. */
  readonly hearNow: () => void;
}

/** What computes: every request that the supervisor does not answer itself. */
export class Trainer {
  #settings: ReceivedParams<'hello'> | undefined;
  #session: Session | undefined;
  readonly #tasks: Tasks;

  constructor(
    private readonly connection: Connection,
    private readonly options: TrainerOptions,
  ) {
    this.#giveSigns();
    this.#answerHello();
    this.#answerRuns();
    this.#tasks = answerInference(connection, () => this.#needSession());
  }

  #answerHello(): void {
    this.connection.onRequest('hello', async (settings) => {
      this.#settings = settings;
      const { version, probe, hearNow } = this.options;
      const engines = new EngineSelection(settings, version, probe);
      await engines.forRequests();
      const store = new Store(settings.store);
      await closeToOthers(store.root);
      const runs = new RunDesk(
        store,
        engines,
        settings.checkpointSeconds,
        (run, event) => {
          this.connection.notify('event', { run, event });
        },
        hearNow,
      );
      this.#session = { store, models: new LoadedModels(store), runs };
      return { protocolVersion, pid: process.pid, version };
    });
    this.connection.onRequest('doctor', async () => {
      if (!this.#settings) throw beforeHello();
      const { version, probe } = this.options;
      return examine(this.#settings, new EngineSelection(this.#settings, version, probe));
    });
    this.connection.onRequest('shutdown', async () => {
      await Promise.all([this.#session?.runs.pauseAll(), this.#tasks.cancelAll()]);
      return {};
    });
  }

  /** Between any two steps the other thread hears from this one. */
  #giveSigns(): void {
    setInterval(() => {
      this.connection.notify('heartbeat', {});
    }, heartbeatMilliseconds);
  }

  #answerRuns(): void {
    const { connection } = this;
    connection.onRequest('train-encoder', async (options) => {
      const { runs, store } = this.#needSession();
      const pretrained = await placedPretrained(store, options.pretrained);
      const paths = { ...absolutePaths(options), pretrained };
      return {
        run: await runs.start({ kind: 'encoder', id: newRunId(), options: { ...options, ...paths } }),
      };
    });
    connection.onRequest('train-classifier', async (options) => {
      const { runs } = this.#needSession();
      const paths = absolutePaths(options);
      return {
        run: await runs.start({ kind: 'classifier', id: newRunId(), options: { ...options, ...paths } }),
      };
    });
    connection.onRequest('resume', async ({ run, replace }) => ({
      run: await this.#needSession().runs.resume(run, { replace }),
    }));
    connection.onRequest('extend', async ({ run, epochs, replace }) => ({
      run: await this.#needSession().runs.resume(run, { extendBy: epochs, replace }),
    }));
    connection.onRequest('cancel', ({ run, mode }) => {
      this.#needSession().runs.requestStop(run, mode);
      return Promise.resolve({});
    });
    connection.onRequest('pause', ({ run }) => {
      this.#needSession().runs.requestStop(run, 'pause');
      return Promise.resolve({});
    });
  }

  #needSession(): Session {
    if (this.#session) return this.#session;
    throw beforeHello();
  }
}

function beforeHello(): UlmfitError {
  return new UlmfitError('protocol', 'The trainer was asked something before hello.', 'Say hello first.');
}

/** A run must find its data from any folder later on. */
function absolutePaths({ data, valid }: { data: string[]; valid?: string | undefined }) {
  return {
    data: data.map((path) => resolve(path)),
    ...(valid === undefined ? {} : { valid: resolve(valid) }),
  };
}
