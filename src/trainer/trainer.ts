import { resolve } from 'node:path';
import { UlmfitError } from '../errors';
import { useEngine } from '../engine/engines';
import { classify } from '../inference/classify';
import { generate } from '../inference/generate';
import type { Connection } from '../protocol/connection';
import { heartbeatMilliseconds, protocolVersion } from '../protocol/limits';
import type { ReceivedParams } from '../protocol/requests';
import { newRunId } from '../store/runs';
import { Store } from '../store/store';
import { tokenize } from '../text/tokenize';
import { classifyFile } from './classifyFile';
import { examine } from './doctor';
import { evaluateModel } from './evaluateModel';
import { LoadedModels } from './loadedModels';
import { reportFields } from './reportFields';
import { RunDesk } from './runDesk';

type Settings = Omit<ReceivedParams<'hello'>, 'protocolVersion'>;

/** What a host has set up with its hello. */
interface Session {
  settings: Settings;
  store: Store;
  models: LoadedModels;
  runs: RunDesk;
}

/** The trainer's side of the conversation: every request of the protocol, answered. */
export class Trainer {
  #session: Session | undefined;

  constructor(
    private readonly connection: Connection,
    private readonly version: string,
  ) {
    this.#answerHello();
    this.#answerRuns();
    this.#answerInference();
  }

  /** Ends: what runs is paused with a checkpoint first. */
  async shutdown(): Promise<void> {
    await this.#session?.runs.pauseAll();
  }

  #answerHello(): void {
    this.connection.onRequest('hello', async ({ protocolVersion: theirs, ...settings }) => {
      if (theirs !== protocolVersion) {
        throw new UlmfitError(
          'protocol',
          `The trainer speaks version ${protocolVersion} of the protocol, the host version ${theirs}.`,
          'Install the command line and the extension anew, so that both are of one version.',
        );
      }
      const { engine } = await useEngine(settings.engine, settings.threads);
      const store = new Store(settings.store);
      const runs = new RunDesk(store, engine, settings.checkpointSeconds, (run, event) => {
        this.connection.notify('event', { run, event });
      });
      this.#session = { settings, store, models: new LoadedModels(store), runs };
      this.#beginHeartbeat();
      return { protocolVersion, pid: process.pid, version: this.version };
    });
    this.connection.onRequest('doctor', async () => {
      const { settings } = this.#needSession();
      return { checks: await examine(settings.store, settings.engine, settings.threads) };
    });
    this.connection.onRequest('shutdown', async () => {
      await this.shutdown();
      setImmediate(() => {
        this.connection.close();
      });
      return {};
    });
  }

  /** A step of training cannot be interrupted; the host is told how long the last ones took. */
  #beginHeartbeat(): void {
    let last = performance.now();
    let quietSeconds = 0;
    const beat = setInterval(() => {
      const now = performance.now();
      quietSeconds = Math.max((now - last) / 1000, 0.9 * quietSeconds);
      last = now;
      this.connection.notify('heartbeat', { quietSeconds });
    }, heartbeatMilliseconds);
    beat.unref();
  }

  #answerRuns(): void {
    const { connection } = this;
    connection.onRequest('train-encoder', async (options) => {
      const { runs } = this.#needSession();
      const paths = absolutePaths(options);
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
    connection.onRequest('resume', async ({ run }) => ({ run: await this.#needSession().runs.resume(run) }));
    connection.onRequest('extend', async ({ run, epochs }) => ({
      run: await this.#needSession().runs.resume(run, epochs),
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

  #answerInference(): void {
    const { connection } = this;
    const models = () => this.#needSession().models;
    connection.onRequest('generate', ({ encoder, text, words, temperature, seed = 0 }) =>
      models().withEncoder(encoder, async ({ model, vocab }) => ({
        text: await generate(model, vocab, text, words, { temperature, seed }),
      })),
    );
    connection.onRequest('classify', ({ model, texts }) =>
      models().withClassifier(model, async (classifier) => {
        const answers = await classify(
          classifier,
          texts.map((text) => [text]),
        );
        return {
          classes: [...classifier.classes],
          predictions: answers.map(({ label, probabilities }) => ({
            label,
            probabilities: [...probabilities.values()],
          })),
        };
      }),
    );
    connection.onRequest('classify-file', ({ model, file, text, out }) =>
      models().withClassifier(model, async (classifier) => {
        const result = await classifyFile(classifier, file, text, out);
        return { ...result, issues: result.issues.map((issue) => ({ ...issue })) };
      }),
    );
    connection.onRequest('evaluate', ({ model, data, text, label }) =>
      models().withClassifier(model, async (classifier) => {
        const { rows, issues, evaluation } = await evaluateModel(classifier, data, text, label);
        const { loss, accuracy, macroF1 } = evaluation;
        return {
          model,
          rows,
          metrics: { loss, accuracy, macro_f1: macroF1 },
          issues,
          ...reportFields(classifier.classes, evaluation),
        };
      }),
    );
    connection.onRequest('tokenize', ({ texts }) => Promise.resolve({ tokens: texts.map(tokenize) }));
  }

  #needSession(): Session {
    if (this.#session) return this.#session;
    throw new UlmfitError('protocol', 'The trainer was asked something before hello.', 'Say hello first.');
  }
}

/** A run must find its data from any folder later on. */
function absolutePaths({ data, valid }: { data: string[]; valid?: string | undefined }) {
  return {
    data: data.map((path) => resolve(path)),
    ...(valid === undefined ? {} : { valid: resolve(valid) }),
  };
}
