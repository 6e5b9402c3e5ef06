/**
 * Trainers side by side on one store, told by chance to train, resume, pause and stop, while runs are removed, encoders
 * renamed, and trainers stopped in the middle, woken up or killed. One run has one trainer, and nothing finished is lost.
 */
import { existsSync, mkdirSync, readdirSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { RandomStream } from '../../src/random';
import { UlmfitError } from '../../src/errors';
import { parseRunEvent } from '../../src/protocol/events';
import { Store } from '../../src/store/store';
import { weightsOf, writeSampleData } from '../trainer/host';
import { FaultyTrainer } from './faultyTrainer';
import { treeOf } from './folderTree';
import { litter } from './litter';
import type { Extent } from './jobs';
import type { Report } from './report';
import { encoderOptions } from './smallStore';

const names = ['a', 'b', 'c'];
const commandsOfASequence = 14;
const longestPause = 250;
const trainingMilliseconds = 30_000;

/** Long enough that commands meet it in its middle. */
const options = (name: string, data: string) => ({ ...encoderOptions(name, data), epochs: 8 });

interface Worker {
  readonly trainer: FaultyTrainer;
  isStopped: boolean;
}

class Sequence {
  readonly #workers: Worker[] = [];
  readonly #random: RandomStream;
  readonly #store: Store;
  /** Runs that told their result. */
  readonly #finished = new Set<string>();
  /** Runs whose encoders were removed by a command. */
  readonly #removed = new Set<string>();
  readonly #asked: Promise<unknown>[] = [];
  readonly #done: string[] = [];

  constructor(
    private readonly folder: string,
    private readonly data: string,
    private readonly wanted: string,
    private readonly seed: number,
    private readonly report: Report,
  ) {
    this.#random = RandomStream.named(seed, 'two trainers');
    this.#store = new Store(join(folder, 'store'));
  }

  async run(): Promise<void> {
    for (let index = 0; index < 2 + this.#below(2); index++) await this.#addTrainer();
    for (let index = 0; index < commandsOfASequence; index++) {
      await this.#command();
      this.report.count('commands to trainers side by side');
      if (this.#below(3) > 0) await pause(this.#below(longestPause));
    }
    await this.#settle();
    await this.#judge();
  }

  async #addTrainer(): Promise<void> {
    const log = join(this.folder, `${this.#workers.length}.log`);
    const trainer = await FaultyTrainer.start(this.#store.root, log);
    trainer.onEvent = (run, event) => {
      if (event.event === 'result') this.#finished.add(run);
    };
    this.#workers.push({ trainer, isStopped: false });
  }

  async #command(): Promise<void> {
    const worker = this.#workers[this.#below(this.#workers.length)];
    if (!worker) return;
    const { trainer } = worker;
    const { connection } = trainer;
    const ids = await this.#store.runs.ids();
    const run = ids[this.#below(ids.length)] ?? 'none';
    const name = names[this.#below(names.length)] ?? 'a';
    const chosen = this.#below(16);
    const [what, act] = ((): [string, () => Promise<unknown>] => {
      if (chosen < 3)
        return [`train ${name}`, () => connection.request('train-encoder', options(name, this.data))];
      if (chosen < 5) return [`resume ${run}`, () => connection.request('resume', { run })];
      if (chosen < 7) return [`all resume ${run}`, () => this.#allResume(run)];
      if (chosen === 7) return [`pause ${run}`, () => connection.request('pause', { run })];
      if (chosen === 8) return [`stop ${run}`, () => connection.request('cancel', { run, mode: 'stop' })];
      if (chosen === 9) return [`remove ${run}`, () => this.#store.runs.remove(run)];
      if (chosen === 10)
        return [`rename ${name}`, () => this.#store.encoders.rename(name, `${name}-renamed`)];
      if (chosen === 11) return [`remove the encoder ${name}`, () => this.#removeEncoder(name)];
      if (chosen < 14) return ['stop or wake', () => this.#stopOrWake(worker)];
      if (chosen === 14) return [`let ${run} seem silent`, () => this.#seemSilent(run)];
      return ['kill', () => this.#kill(worker)];
    })();
    this.#done.push(`${this.#workers.indexOf(worker)}: ${what}`);
    const asked = act().catch((error: unknown) => {
      if (error instanceof UlmfitError && !/defect/iu.test(error.remedy)) return;
      this.#broken('P25', error instanceof Error ? (error.stack ?? error.message) : String(error));
    });
    this.#asked.push(asked);
    // One that is stopped answers when it is woken up.
    await Promise.race([asked, pause(worker.isStopped ? 20 : 3000)]);
  }

  /** At the same moment; who comes too late is refused. */
  async #allResume(run: string): Promise<void> {
    const asked = this.#workers.map(({ trainer }) => trainer.connection.request('resume', { run }));
    const refused = (await Promise.allSettled(asked)).filter(({ status }) => status === 'rejected');
    for (const each of refused) if (each.status === 'rejected') throw each.reason;
  }

  async #removeEncoder(name: string): Promise<void> {
    const { manifest } = await this.#store.encoders.show(name);
    await this.#store.encoders.remove(name);
    if (manifest.lineage.run !== undefined) this.#removed.add(manifest.lineage.run);
  }

  #stopOrWake(worker: Worker): Promise<void> {
    if (!worker.trainer.hasExited && process.platform !== 'win32') {
      worker.isStopped = !worker.isStopped;
      worker.trainer.child.kill(worker.isStopped ? 'SIGSTOP' : 'SIGCONT');
    }
    return Promise.resolve();
  }

  /** As if it had given no sign of life for a while, which nobody wants to wait for. */
  #seemSilent(run: string): Promise<void> {
    const folder = this.#store.runs.folderOf(run);
    if (!existsSync(folder)) return Promise.resolve();
    const then = new Date(Date.now() - 60_000);
    for (const { name } of readdirSync(folder, { withFileTypes: true }).filter((each) => each.isFile())) {
      if (!['run.json', 'events.ndjson'].includes(name)) utimesSync(join(folder, name), then, then);
    }
    return Promise.resolve();
  }

  async #kill(worker: Worker): Promise<void> {
    this.report.count('trainers killed');
    await worker.trainer.end();
    worker.isStopped = false;
    this.#workers.splice(this.#workers.indexOf(worker), 1);
    await this.#addTrainer();
  }

  /** Wakes everyone up, and lets all end in good order. */
  async #settle(): Promise<void> {
    for (const { trainer, isStopped } of this.#workers) if (isStopped) trainer.child.kill('SIGCONT');
    await Promise.race([Promise.all(this.#asked), pause(10_000)]);
    for (const { trainer } of this.#workers) {
      await trainer.connection.request('shutdown', {}, 10_000).catch(() => undefined);
      await trainer.end();
    }
  }

  async #judge(): Promise<void> {
    const { runs, broken } = await this.#store.runs.list();
    for (const { id, error } of broken) this.#broken('P25', `the run ${id} cannot be read: ${error.message}`);
    for (const { id, status } of runs) {
      if (['running', 'not-responding'].includes(status))
        this.#broken('P11', `${id} is ${status} without a process`);
      await this.#judgeEvents(id);
    }
    await this.#judgeFinished();
    const trainer = await FaultyTrainer.start(this.#store.root, join(this.folder, 'last.log'));
    for (const { id, status } of runs) {
      if (!['paused', 'interrupted', 'failed'].includes(status)) continue;
      const { event, refusal } = await trainer.run(
        () => trainer.connection.request('resume', { run: id }),
        trainingMilliseconds,
      );
      // Another run has taken the name since.
      if (refusal instanceof UlmfitError && refusal.code === 'already-exists') continue;
      if (event?.event === 'error' && event.code === 'already-exists') continue;
      if (event?.event === 'result') {
        this.#finished.add(id);
        this.report.count('runs resumed');
      } else
        this.#broken(
          'P25',
          `${status} run ${id} cannot be resumed: ${JSON.stringify(event ?? String(refusal))}`,
        );
    }
    await trainer.end();
    await this.#judgeFinished();
    for (const path of treeOf(this.#store.root).keys()) {
      if (litter.test(path)) this.#broken('P25', `left behind: ${path}`);
    }
  }

  /** Steps follow each other: two trainers at work on one run would each tell of theirs. */
  async #judgeEvents(id: string): Promise<void> {
    const { events, broken } = await this.#store.runs.events(id);
    if (broken.length > 0) this.#broken('P25', `${id} has broken lines ${broken.join()}`);
    let last = 0;
    for (const event of events.map(parseRunEvent)) {
      if (event?.event === 'started') last = event.resumed_from ?? 0;
      if (event?.event !== 'checkpoint') continue;
      // A pause may save the step that was saved last.
      if (event.step < last || event.step > last + 1)
        this.#broken('P25', `${id}: step ${event.step} after ${last}`);
      last = event.step;
    }
  }

  /** What a run told that it has made is in the store under some name, and has the weights of a run without company. */
  async #judgeFinished(): Promise<void> {
    const { entries } = await this.#store.encoders.list();
    for (const run of this.#finished) {
      if (this.#removed.has(run)) continue;
      const entry = entries.find(({ manifest }) => manifest.lineage.run === run);
      if (!entry) {
        this.#broken('P19', `what the run ${run} made is lost`);
        continue;
      }
      const known = await this.#store.runs.events(run).catch(() => undefined);
      const wasStopped = known?.events.some((event) => event['stopped'] === true) ?? true;
      if (wasStopped) continue;
      const weights = await weightsOf(this.#store, 'encoders', entry.name);
      if (weights !== this.wanted) this.#broken('P7', `${entry.name} has other weights`);
      else this.report.count('same weights');
    }
  }

  #broken(promise: string, how: string): void {
    this.report.broken(promise, `sequence ${this.seed} (${this.#done.join(', ')})`, how);
  }

  #below(limit: number): number {
    return this.#random.integer(Math.max(1, limit));
  }
}

export async function trySideBySide(
  folder: string,
  { sequences, seed }: Extent,
  report: Report,
): Promise<void> {
  mkdirSync(folder, { recursive: true });
  const data = writeSampleData(folder, 6);
  const wanted = await weightsWithoutCompany(join(folder, 'alone'), data);
  for (let index = 0; index < sequences; index++) {
    const below = join(folder, String(index));
    mkdirSync(below);
    await new Sequence(below, data, wanted, seed * 1000 + index, report).run();
  }
}

async function weightsWithoutCompany(folder: string, data: string): Promise<string> {
  const trainer = await FaultyTrainer.start(folder, `${folder}.log`);
  await trainer.run(
    () => trainer.connection.request('train-encoder', options('a', data)),
    trainingMilliseconds,
  );
  await trainer.end();
  const weights = await weightsOf(new Store(folder), 'encoders', 'a');
  if (weights === undefined) throw new Error('Nothing was trained.');
  return weights;
}
