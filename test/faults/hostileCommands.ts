/** Every command of the command line on a hostile store: each ends, with words, and touches nothing outside of it. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type Finished, runBounded } from './boundedProcess';
import { engineChecks } from './faultyTrainer';
import { differences, treeOf } from './folderTree';
import { plantHostileStore, type PlantedEntries } from './hostileStore.mjs';
import type { Extent } from './jobs';
import type { Report } from './report';
import { makeSmallStore, type SmallStore } from './smallStore';

const cli = join(import.meta.dirname, '..', '..', 'dist', 'cli.js');
const viewsFile = join(import.meta.dirname, 'showStore.ts');
/** Generous: a command takes a fraction of a second, and the machine may be busy. */
const commandMilliseconds = 15_000;
/** All but tabs and line ends; and those that turn the direction of what follows. */
const obeyed = /(?![\t\n\r])\p{Cc}|[\u202a-\u202e\u2066-\u2069]/u;
const commandMegabytes = 1000;
const lanes = 2;

export async function tryHostileCommands(
  folder: string,
  { seed, commandStride }: Extent,
  report: Report,
): Promise<void> {
  const small = await makeSmallStore(folder);
  const { root } = small.store;
  const outside = join(folder, 'outside');
  const good = { encoder: 'base', model: 'earlier', run: small.runs.base };
  const planted = plantHostileStore(root, good, outside);
  const before = treeOf(outside);
  const goodTree = () => treeOf(root, (path) => !isOfGood(path, small));
  const goodBefore = goodTree();
  const commands = commandsOn(planted, small, folder, seed, commandStride);
  await showViews(root, good, report);
  const next = async (): Promise<void> => {
    for (let args = commands.shift(); args; args = commands.shift()) {
      const where = `ulmfit ${args.map(shown).join(' ')}`;
      judge(await runCommand(root, args), where, report);
      if (existsSync(planted.executed)) report.broken('P21', where, 'a program in the store was run');
      for (const line of differences(before, treeOf(outside))) report.broken('P4', where, `outside: ${line}`);
    }
  };
  await Promise.all(Array.from({ length: lanes }, next));
  for (const line of differences(goodBefore, goodTree())) report.broken('P22', 'the good entries', line);
  for (const args of [
    ['show', 'encoders/base'],
    ['show', small.runs.base],
    ['classify', 'earlier', 'the rain'],
  ]) {
    const { code, output } = await runCommand(root, args);
    if (code !== 0) report.broken('P22', `ulmfit ${args.join(' ')}`, output.slice(0, 500));
  }
}

function isOfGood(path: string, { runs }: SmallStore): boolean {
  const good = ['encoders/base', 'models/earlier', `runs/${runs.base}`, `runs/${runs.earlier}`];
  return good.some(
    (each) => `${path}/`.startsWith(`${each}/`) || each.startsWith(`${path}/`) || each === path,
  );
}

/** What is asked of the store: of all, and of one in `stride` of its entries. What removes them comes last. */
function commandsOn(
  planted: PlantedEntries,
  { data }: SmallStore,
  folder: string,
  seed: number,
  stride: number,
): string[][] {
  const { encoders, models, runs } = planted;
  const out = (name: string) => join(folder, `out-${Math.abs(hash(name))}`);
  let count = seed;
  const each = (names: readonly string[], ask: (name: string, index: number) => string[][]) =>
    names.flatMap((name, index) => ask(name, index).filter(() => count++ % stride === 0));
  return [
    ...[['list'], ['runs'], ['list', '--json'], ['runs', '--json'], ['tokenize', 'the rain'], ['doctor']],
    ...each(encoders, (name) => [
      ['show', '--', `encoders/${name}`],
      ['generate', '--words', '3', '--', name, 'the rain'],
      ['export', '--out', out(`e${name}`), '--', `encoders/${name}`],
    ]),
    ...each(encoders, (name, index) => [
      ['train-classifier', '--name', `of-${index}`, '--encoder', name, '--data', data, '--epochs', '1'],
    ]),
    ...each(models, (name, index) => [
      ['show', '--json', '--', `models/${name}`],
      ['classify', '--', name, 'the rain'],
      ['evaluate', '--data', data, '--', name],
      ['ensemble', '--name', `ensemble-${index}`, '--', 'earlier', name],
    ]),
    ...each(runs, (name) => [
      ['show', '--', `runs/${name}`],
      ['resume', '--', name],
      ['extend', '--epochs', '1', '--', name],
      ['rerun', join(folder, 'store', 'runs', name, 'run.json')],
    ]),
    ...each(
      ['pipe-manifest.json/manifest.json', 'device-vocab.json/vocab.json', 'link-loop', 'huge'],
      (name) => [['import', '--name', 'imported', '--', join(folder, 'store', 'encoders', name)]],
    ),
    ...each(runs, (name) => [['remove', '--', `runs/${name}`]]),
    ...each(encoders, (name) => [['remove', '--', `encoders/${name}`]]),
    ...each(models, (name) => [['remove', '--', `models/${name}`]]),
  ];
}

function runCommand(store: string, args: readonly string[]): Promise<Finished> {
  return runBounded({
    arguments: [cli, '--store', store, '--engine', 'onnx', ...args],
    milliseconds: args[0] === 'doctor' ? 6 * commandMilliseconds : commandMilliseconds,
    // It computes with a model of usual size.
    megabytes: args[0] === 'doctor' ? 3 * commandMegabytes : commandMegabytes,
    // The checks of the store itself are hostile, too.
    env: {
      ULMFIT_ENGINE_CHECKS: engineChecks,
      ...process.env,
      ...(args[0] === 'doctor' ? { ULMFIT_ENGINE_CHECKS: undefined } : {}),
    },
  });
}

/** The views, in a process of their own; what they find broken they print. */
async function showViews(
  root: string,
  { encoder, model, run }: { encoder: string; model: string; run: string },
  report: Report,
): Promise<void> {
  const { code, output, exceeded } = await runBounded({
    arguments: ['--import', 'tsx', viewsFile, root, encoder, model, run],
    milliseconds: commandMilliseconds,
    megabytes: commandMegabytes,
  });
  if (exceeded) report.broken('P22', 'the views', `they took too much ${exceeded}`);
  else if (code !== 0) report.broken('P22', 'the views', `they ended with ${code ?? 'a signal'}: ${output}`);
  for (const [, promise = '', how = ''] of output.matchAll(/^(P\d+): (.*)$/gmu))
    report.broken(promise, '', how);
  report.count('hostile entries shown', Number(/^shown: (\d+)$/mu.exec(output)?.[1] ?? 0));
}

function judge({ code, output, exceeded }: Finished, where: string, report: Report): void {
  report.count('hostile commands');
  if (exceeded) report.broken('P3', where, `it took too much ${exceeded}`);
  else if (code !== 0 && code !== 1 && code !== 2) {
    report.broken('P22', where, `exit code ${code ?? 'none'}: ${output.slice(0, 400)}`);
  }
  if (/defect|^\s+at \S.*:\d+:\d+\)?$|^(?:Type|Range|Syntax|Reference)Error/imu.test(output)) {
    report.broken('P22', where, `a defect: ${output.slice(0, 600)}`);
  }
  // A terminal obeys what it is sent.
  if (!where.includes('--json') && obeyed.test(output)) {
    report.broken('P14', where, `characters that a terminal obeys: ${JSON.stringify(output.slice(0, 200))}`);
  }
}

const shown = (arg: string) => (/^[\w./:-]+$/u.test(arg) ? arg : JSON.stringify(arg.slice(0, 60)));

function hash(text: string): number {
  return Array.from(text).reduce((sum, char) => (sum * 31 + (char.codePointAt(0) ?? 0)) | 0, 7);
}
