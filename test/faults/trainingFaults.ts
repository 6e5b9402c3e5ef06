/**
 * Fails the file-system calls of a real trainer one by one, each of them in a training of its own, and looks at what
 * the host heard, what the store says, and what comes of it when the disk is well again.
 */
import { cpSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { UlmfitError } from '../../src/errors';
import type { Store } from '../../src/store/store';
import { weightsOf } from '../trainer/host';
import { type Ending, type Fault, FaultyTrainer } from './faultyTrainer';
import { differences, type FolderTree, treeOf } from './folderTree';
import { litter } from './litter';
import type { Report } from './report';
import { makeSmallStore, type SmallStore } from './smallStore';
import { type Case, casesOf, type Scenario, scenariosOf } from './trainingCases';

/** Within so long after the fault the host hears of an ending (P24). */
const endingMilliseconds = 5000;
/** A training that nothing befalls takes a fraction of a second. */
const trainingMilliseconds = 20_000;
const statusMilliseconds = 3000;

/** One store with one trainer at a time, on which cases are tried one after the other. */
export class FaultBench {
  #trainer: FaultyTrainer | undefined;
  readonly #scenarios: ReadonlyMap<string, Scenario>;
  /** sha256 of the weights that each scenario makes. */
  readonly #wanted = new Map<string, string | undefined>();
  readonly #before: FolderTree;
  readonly #store: Store;

  private constructor(
    private readonly folder: string,
    small: SmallStore,
    private readonly report: Report,
  ) {
    this.#store = small.store;
    this.#scenarios = new Map(scenariosOf(small).map((scenario) => [scenario.name, scenario]));
    this.#before = treeOf(small.store.root);
    cpSync(small.store.root, this.#pristine, { recursive: true });
  }

  /** @param folder where the store and all that belongs to it lies; on a fast disk, since every file is synced */
  static async open(folder: string, report: Report): Promise<FaultBench> {
    return new FaultBench(folder, await makeSmallStore(folder), report);
  }

  /** Does everything once without faults: what it is to come to, and which calls there are to fail. */
  async cases(): Promise<Case[]> {
    const all: Case[] = [];
    for (const scenario of this.#scenarios.values()) {
      const trainer = await this.#ready();
      await trainer.tell('record');
      const { event } = await trainer.run(() => scenario.begin(trainer), trainingMilliseconds);
      if (event?.event !== 'result') throw new Error(`${scenario.name}: ${JSON.stringify(event)}`);
      const calls = trainer.recorded();
      this.#wanted.set(scenario.name, await weightsOf(this.#store, scenario.kind, scenario.makes));
      await this.#putBack(scenario, 'without a fault');
      all.push(...casesOf(scenario.name, calls));
    }
    return all;
  }

  async try({ scenario: name, fault }: Case): Promise<void> {
    const scenario = this.#scenarios.get(name);
    if (!scenario) throw new Error(`There is no scenario "${name}".`);
    const where = `${scenario.name}, ${describe(fault)}`;
    const trainer = await this.#ready();
    await trainer.tell(fault);
    let run = scenario.resumes;
    const ending = await trainer.run(async () => {
      ({ run } = await scenario.begin(trainer));
    }, endingMilliseconds + 2000);
    const ended = Date.now();
    const place = `${where} [${trainer.failures().replaceAll('\n', '; ').replaceAll('\t', ' ')}]`;
    const counted = await trainer.tell();
    if (fault.code === 'KILL') this.report.count('runs killed', trainer.hasExited ? 1 : 0);
    else this.report.count('calls failed', counted?.failed ?? 1);
    this.#judge(ending, fault, place, ended - fromWrapped(counted?.since, ended));
    if (ending.silent) await trainer.end();
    await this.#judgeStatus(place);
    await this.#goOn(scenario, place, run);
    await this.#putBack(scenario, place);
  }

  async close(): Promise<void> {
    await this.#trainer?.end();
  }

  get #pristine(): string {
    return join(this.folder, 'pristine');
  }

  async #ready(): Promise<FaultyTrainer> {
    if (this.#trainer && !this.#trainer.hasExited) return this.#trainer;
    this.#trainer = await FaultyTrainer.start(this.#store.root, join(this.folder, 'calls.log'));
    return this.#trainer;
  }

  /** The host heard in time, and words that help. */
  #judge(ending: Ending, { code }: Fault, place: string, milliseconds: number): void {
    const { event, refusal, exited, silent } = ending;
    if (silent) this.report.broken('P24', place, 'the host heard of no ending');
    else if (milliseconds > endingMilliseconds) {
      this.report.broken('P24', place, `the host heard of the ending after ${milliseconds} ms`);
    }
    if (exited && code !== 'KILL')
      this.report.broken('P24', place, `the trainer ended: ${this.#lastWords()}`);
    if (event?.event === 'error' && isDefect(event)) {
      this.report.broken('P24', place, `a defect instead of a cause: ${event.message} ${event.remedy}`);
    }
    if (refusal !== undefined && (!(refusal instanceof UlmfitError) || isDefect(refusal))) {
      this.report.broken(
        'P24',
        place,
        `the request failed with ${refusal instanceof Error ? refusal.message : 'no error'}`,
      );
    }
    const name = silent ? 'silence' : exited ? 'exit' : (event?.event ?? 'refusal');
    this.report.count(`ended by ${name}`);
  }

  #lastWords(): string {
    return (this.#trainer?.stderr ?? '').trim().split('\n').slice(-8).join(' | ');
  }

  /** When a run has ended nothing says that it goes on. */
  async #judgeStatus(place: string): Promise<void> {
    let shown: string[] = [];
    const start = Date.now();
    while (Date.now() - start < statusMilliseconds) {
      const { runs } = await this.#store.runs.list();
      shown = runs.filter(({ status }) => isGoingOn(status)).map(({ id, status }) => `${id} is ${status}`);
      if (shown.length === 0) return;
      await pause(20);
    }
    this.report.broken('P11', place, shown.join());
  }

  /** Resumes what was interrupted, or begins anew where nothing of it was kept. */
  async #goOn(scenario: Scenario, place: string, run: string | undefined): Promise<void> {
    const made = await this.#newRuns(scenario, place, run);
    const trainer = await this.#ready();
    const status = made === undefined ? undefined : await this.#store.runs.status(made);
    if (status !== 'done') {
      const { event, refusal, silent } = await trainer.run(
        () =>
          made === undefined ? scenario.begin(trainer) : trainer.connection.request('resume', { run: made }),
        trainingMilliseconds,
      );
      if (event?.event !== 'result') {
        const what = silent ? 'nothing' : (refusal ?? event);
        const how = refusal instanceof Error ? refusal.message : JSON.stringify(what);
        this.report.broken('P7', place, `going on with ${status ?? 'a new run'} came to ${how}`);
        if (silent) await trainer.end();
        return;
      }
      this.report.count(made === undefined ? 'runs begun anew' : 'runs resumed');
    }
    const weights = await weightsOf(this.#store, scenario.kind, scenario.makes).catch(String);
    if (weights !== this.#wanted.get(scenario.name)) {
      this.report.broken('P7', place, `other weights than without a fault: ${weights ?? 'none'}`);
    } else this.report.count('same weights');
    await this.#store[scenario.kind].load(scenario.makes).catch((error: unknown) => {
      this.report.broken('P6', place, `what was saved does not load: ${String(error)}`);
    });
    for (const path of treeOf(this.#store.root).keys()) {
      if (litter.test(path)) this.report.broken('P5', place, `left behind: ${path}`);
    }
  }

  /** The run that the case began, if it can be read; one that cannot is removed as a user would. */
  async #newRuns(scenario: Scenario, place: string, known: string | undefined): Promise<string | undefined> {
    const { runs, broken } = await this.#store.runs.list();
    const isNew = ({ id }: { id: string }) => !this.#before.has(`runs/${id}`);
    for (const { id } of broken.filter(isNew)) await this.#remove(id, place);
    const found = [
      ...runs.filter(isNew).map(({ id }) => id),
      ...(scenario.resumes ? [scenario.resumes] : []),
    ];
    if (known !== undefined && !found.includes(known)) return undefined;
    return known ?? found[0];
  }

  /** A trainer that could not delete its lock tries again every second. */
  async #remove(id: string, place: string): Promise<void> {
    const start = Date.now();
    let failure: unknown;
    while (Date.now() - start < statusMilliseconds) {
      failure = await this.#store.runs.remove(id).catch((error: unknown) => error);
      if (failure === undefined) return;
      await pause(50);
    }
    this.report.broken('P25', place, `the run ${id} cannot be removed: ${String(failure)}`);
  }

  /** Removes all that the case made, and sees that the store is as it was before. */
  async #putBack(scenario: Scenario, place: string): Promise<void> {
    const { resumes } = scenario;
    try {
      const { runs } = await this.#store.runs.list();
      const made = runs.filter(({ id }) => id === resumes || !this.#before.has(`runs/${id}`));
      for (const { id } of made) await this.#remove(id, place);
      const names = await this.#store[scenario.kind].names();
      if (names.includes(scenario.makes)) await this.#store[scenario.kind].remove(scenario.makes);
    } catch (error) {
      this.report.broken('P25', place, `what was made cannot be removed: ${String(error)}`);
    }
    const held = (path: string) => path === `runs/${resumes ?? ''}`;
    const after = treeOf(this.#store.root, held);
    const before = new Map(
      [...this.#before].filter(([path]) => !`${path}/`.startsWith(`runs/${resumes ?? ''}/`) || !resumes),
    );
    const found = differences(before, after);
    for (const line of found.slice(0, 5))
      this.report.broken(line.startsWith('left') ? 'P5' : 'P6', place, line);
    this.report.count('trees compared');
    if (found.length > 0 || resumes !== undefined) {
      if (found.length > 0) await this.#trainer?.end();
      rmSync(this.#store.root, { recursive: true, force: true });
      cpSync(this.#pristine, this.#store.root, { recursive: true });
    }
  }
}

function describe({ thread, at, code, lasts }: Fault): string {
  if (code === 'KILL') return `killed at call ${at} of the ${thread} thread`;
  return `${code} ${lasts ? 'from' : 'at'} call ${at} of the ${thread} thread${lasts ? ' on' : ''}`;
}

function isDefect({ message, remedy }: { message: string; remedy: string }): boolean {
  return remedy.trim() === '' || /defect/iu.test(message + remedy);
}

const isGoingOn = (status: string) => status === 'running' || status === 'not-responding';

/** When the fault was, which comes modulo 2³¹; `now` where it is not known, or never was. */
function fromWrapped(since: number | undefined, now: number): number {
  if (since === undefined || since === 0) return now;
  const turn = 2 ** 31;
  return now - (((((now % turn) - since) % turn) + turn) % turn);
}
