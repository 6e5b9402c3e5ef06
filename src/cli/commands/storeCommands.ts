import { resolve } from 'node:path';
import { type Command, Option } from 'commander';
import { UlmfitError } from '../../errors';
import type { EncoderManifest, ModelManifest } from '../../store/manifest';
import { runsThatMade } from '../../store/runsThatMade';
import { Store } from '../../store/store';
import type { Context } from '../context';
import { formatMetric } from '../epochTable';
import { followTask } from '../followTask';
import { table } from '../output';
import { resolveName } from '../resolveName';
import { UsageError } from '../usageError';
import { withTrainer } from '../withTrainer';
import { example } from '../helpText';

interface InstallFlags {
  readonly cuda?: boolean;
  /** An address or a folder. */
  readonly from?: string;
}

type Run = (command: Command, action: (context: Context, operand: string) => Promise<void>) => void;

/** list, show, remove, runs: these read the store alone. And doctor, which asks the trainer. */
export function addStoreCommands(program: Command, run: Run): void {
  run(
    program
      .command('list')
      .description('list the encoders and models of the store')
      .addHelpText('after', example('ulmfit list --store ./store')),
    list,
  );
  run(
    program
      .command('show')
      .description('show all that is known of an encoder, a model or a run')
      .argument('<name>', 'its name; encoders/NAME, models/NAME or runs/ID if several have it')
      .addHelpText('after', example('ulmfit show tickets')),
    show,
  );
  const removal = program
    .command('remove')
    .description('delete an encoder, a model or a run')
    .argument('<name>', 'its name; encoders/NAME, models/NAME or runs/ID if several have it')
    .option(
      '--with-runs',
      'of an encoder or a model: delete the runs that made it, too; they hold excerpts of its texts',
    )
    .addHelpText('after', example('ulmfit remove tickets --with-runs'));
  run(removal, (context, given) => remove(context, given, removal.opts<{ withRuns?: true }>().withRuns));
  run(
    program
      .command('runs')
      .description('list the runs of the store with how they ended')
      .addHelpText('after', example('ulmfit runs --json')),
    listRuns,
  );
  const check = program
    .command('doctor')
    .description('check the installation and the engines of this machine, or install an engine')
    .addOption(
      new Option('--install <engine>', 'download an engine that is not part of ULMFiT').choices([
        'tensorflow',
        'webgpu',
      ]),
    )
    .option('--cuda', 'with --install: for an NVIDIA card (default: if there is one)')
    .option('--no-cuda', 'with --install: for the processor')
    .option(
      '--from <address|folder>',
      'with --install: where its files are (default: pip or npm fetches them)',
    )
    .addHelpText('after', example('ulmfit doctor --install tensorflow'));
  run(check, (context) => {
    const { install, ...options } = check.opts<InstallFlags & { install?: 'tensorflow' | 'webgpu' }>();
    return install ? installEngine(context, install, options) : doctor(context);
  });
}

async function list({ output, store: root }: Context): Promise<void> {
  const store = new Store(root);
  const [encoders, models] = [await store.encoders.list(), await store.models.list()];
  const broken = [...encoders.broken, ...models.broken];
  const facts = [...encoders.entries, ...models.entries].map(({ name, manifest }) => ({ name, ...manifest }));
  const value = {
    store: root,
    encoders: facts.filter(({ kind }) => kind === 'encoder'),
    models: facts.filter(({ kind }) => kind === 'model'),
    broken: broken.map(({ name, folder, error }) => ({
      name,
      folder,
      message: error.message,
      remedy: error.remedy,
    })),
  };
  await output.result(value, () => {
    if (facts.length === 0) output.line(`Nothing in ${root} yet.`);
    const rows = facts.map(({ kind, name, createdAt, lineage, metrics }) => [
      kind,
      name,
      createdAt.slice(0, 16).replace('T', ' '),
      originText(lineage),
      ...Object.entries(metrics).map(([metric, number]) => `${metric} ${formatMetric(number)}`),
    ]);
    for (const line of table(rows)) output.line(line);
    for (const { name, error } of broken) output.note(`${name}: ${error.message} ${error.remedy}`);
  });
}

/** `from wt103-fwd`, `of wt103-fwd.tgz`: what it was made from. */
function originText({ encoder, pretrained, source }: (EncoderManifest | ModelManifest)['lineage']): string {
  if (source) return `of ${source.file}`;
  const origin = encoder ?? pretrained;
  return origin === undefined ? '' : `from ${origin}`;
}

async function show({ output, store: root }: Context, given: string): Promise<void> {
  const store = new Store(root);
  const { kind, name } = await resolveName(store, given);
  const value =
    kind === 'runs'
      ? {
          ...(await store.runs.read(name)),
          status: await store.runs.status(name),
          folder: store.runs.folderOf(name),
        }
      : await (async () => {
          const { folder, manifest } = await store[kind].show(name);
          return { name, folder, ...manifest };
        })();
  await output.result(value, () => {
    output.line(JSON.stringify(value, null, 2));
  });
}

async function remove(
  { output, store: root }: Context,
  given: string,
  withRuns: boolean | undefined,
): Promise<void> {
  const store = new Store(root);
  const { kind, name } = await resolveName(store, given);
  if (withRuns && kind === 'runs')
    throw new UsageError(`--with-runs: "${name}" is a run itself; remove it without the flag.`);
  const runs = withRuns && kind !== 'runs' ? await endedRunsOf(store, kind, name) : [];
  // Last goes what tells which runs these are, so that the command can be given again if it fails.
  for (const run of runs) await store.runs.remove(run);
  await store[kind].remove(name);
  const gone = [`${kind}/${name}`, ...runs.map((run) => `runs/${run}`)];
  await output.result({ removed: gone[0], ...(withRuns ? { runs } : {}) }, () => {
    for (const each of gone) output.line(`Removed ${each}.`);
  });
}

/** The ids of the runs that something comes from. @throws UlmfitError `bad-setting` if one of them is worked on */
async function endedRunsOf(store: Store, kind: 'encoders' | 'models', name: string): Promise<string[]> {
  const [{ entries: encoders }, { entries: models }] = [
    await store.encoders.list(),
    await store.models.list(),
  ];
  const { runs } = await store.runs.list();
  const made = { kind: kind === 'encoders' ? 'encoder' : 'model', name } as const;
  const found = runsThatMade(made, { encoders, models, runs });
  const live = found.find(({ status }) => status === 'running' || status === 'not-responding');
  if (!live) return found.map(({ id }) => id);
  throw new UlmfitError(
    'bad-setting',
    `The run "${live.id}" of "${name}" is still worked on, so nothing was removed.`,
    'Stop it first, or remove without --with-runs.',
  );
}

async function listRuns({ output, store: root }: Context): Promise<void> {
  const { runs, broken } = await new Store(root).runs.list();
  const value = {
    runs: runs.map(({ id, run, status, folder }) => ({ ...run, id, status, folder })),
    broken: broken.map(({ id, folder, error: { message, remedy } }) => ({ id, folder, message, remedy })),
  };
  await output.result(value, () => {
    if (runs.length + broken.length === 0) output.line(`No run in ${root} yet.`);
    const rows = runs.map(({ id, run, status }) => [id, run.kind, run.name, status]);
    const bad = broken.map(({ id }) => [id, '-', '-', 'cannot be read']);
    for (const line of table([...rows, ...bad])) output.line(line);
    for (const { id, error } of broken) output.note(`${id}: ${error.message} ${error.remedy}`);
  });
}

async function installEngine(
  context: Context,
  engine: 'tensorflow' | 'webgpu',
  { cuda, from }: InstallFlags,
): Promise<void> {
  const result = await followTask(context, 'downloading', (connection, task) =>
    connection.request('install-engine', {
      task,
      engine,
      ...(cuda === undefined ? {} : { cuda }),
      ...(from === undefined ? {} : { from: isAddress(from) ? from : resolve(from) }),
    }),
  );
  await context.output.result(result, () => {
    const size = `${Math.round(result.bytes / 1e6)} MB`;
    context.output.line(
      `Installed ${engine}${result.cuda ? ' with CUDA' : ''} in ${result.folder} (${size}).`,
    );
    context.output.line(`Check it with "ulmfit doctor --engine ${engine}".`);
  });
}

function isAddress(from: string): boolean {
  return /^[a-z][a-z\d+.-]+:\/\//iu.test(from);
}

async function doctor(context: Context): Promise<void> {
  const found = await withTrainer(context, ({ connection }) => connection.request('doctor', {}));
  await context.output.result(found, () => {
    const { checks } = found;
    for (const { name, ok, detail, remedy } of checks) {
      context.output.line(
        `${ok ? 'ok  ' : 'FAIL'}  ${name}: ${detail}${remedy === undefined ? '' : ` ${remedy}`}`,
      );
    }
  });
}
