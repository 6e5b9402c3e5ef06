import { access, constants, stat } from 'node:fs/promises';
import { cpus, totalmem } from 'node:os';
import { dirname, resolve } from 'node:path';
import { leftInStore } from '../engine/installation/enginePlace';
import { installedEngines } from '../engine/installedEngines';
import type { EngineReport } from '../protocol/engineReport';
import type { ReceivedParams, RequestResult } from '../protocol/requests';
import { errorCode } from '../store/fileSystem';
import type { StepSizes } from '../training/engineCheck/speed';
import type { EngineSelection } from './engines/engineSelection';

type Found = RequestResult<'doctor'>;
type Check = Found['checks'][number];

/** ULMFiT's own sizes, with a vocabulary as a few hundred thousand words give it. */
const usualSizes: StepSizes = { embSz: 400, nHid: 1152, nLayers: 3, vocab: 30_000, bs: 64 };

const optionalEngines = [
  {
    engine: 'tensorflow',
    use: 'the fastest on a processor, and for NVIDIA graphics cards',
    remedy: 'Install it with "ulmfit doctor --install tensorflow", or with Check Engines in VS Code.',
  },
  {
    engine: 'webgpu',
    use: 'for any other graphics card',
    remedy: 'Install it with "ulmfit doctor --install webgpu", or with Check Engines in VS Code.',
  },
] as const;

/** Looks at everything a training needs, and takes real training steps on every engine that is installed. */
export async function examine(
  { store, engine: wanted }: ReceivedParams<'hello'>,
  engines: EngineSelection,
): Promise<Found> {
  const processors = cpus();
  const machine = `${process.platform}-${process.arch}, ${processors[0]?.model.trim() ?? 'unknown processor'}`;
  const memory = `${(totalmem() / 2 ** 30).toFixed(1)} GiB of memory`;
  const reports = (await engines.examineAll(usualSizes)).map(({ report }) => report);
  const installed: string[] = installedEngines();
  const missing = optionalEngines.filter(({ engine }) => !installed.includes(engine));
  return {
    checks: [
      { name: 'node', ok: true, detail: process.version },
      { name: 'machine', ok: true, detail: `${machine}, ${processors.length} cores, ${memory}` },
      await storeCheck(store),
      ...reports.map(engineLine),
      ...missing.map((each) => missingLine(each, wanted === each.engine, leftInStore(each.engine, store))),
    ],
    engines: reports,
  };
}

/** Looks whether something could be saved, without saving anything: a store may be there to be read alone. */
async function storeCheck(store: string): Promise<Check> {
  const remedy = 'Choose a folder that you may write to, with --store or ULMFIT_STORE.';
  try {
    const nearest = await nearestPlace(store);
    const isThere = nearest === resolve(store);
    if (!(await stat(nearest)).isDirectory()) {
      return { name: 'store', ok: false, detail: `${nearest} is not a folder.`, remedy };
    }
    await access(nearest, constants.W_OK);
    return { name: 'store', ok: true, detail: isThere ? store : `${store}, which the first save makes` };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { name: 'store', ok: false, detail: `${store} cannot be written: ${reason}`, remedy };
  }
}

/** The path itself, or where it is not there yet the folder above it that is. */
async function nearestPlace(path: string): Promise<string> {
  for (let place = resolve(path); ; place = dirname(place)) {
    const isThere = await stat(place).then(
      () => true,
      (error: unknown) => {
        if (errorCode(error) === 'ENOENT') return false;
        throw error;
      },
    );
    if (isThere || place === dirname(place)) return place;
  }
}

/** What the doctor says of an engine. */
export function engineLine(report: EngineReport): Check {
  const { engine, device, driver, versions, notes = [], passed, cause, remedy } = report;
  const libraries = Object.entries(versions).map((pair) => pair.join(' '));
  const where = [device, driver, ...libraries].filter((part) => part !== undefined).join(', ');
  const name = `engine ${engine}`;
  if (!passed)
    return {
      name,
      ok: false,
      detail: [`${where}.`, cause ?? '', ...notes].join(' '),
      remedy: remedy ?? 'Use another.',
    };
  return { name, ok: true, detail: [`${where}.`, figures(report), ...notes].join(' ') };
}

function figures({
  loss_difference: loss,
  gradient_difference: gradient,
  tokens_per_second: tokens,
  model,
  memory_bytes: memory,
}: EngineReport): string {
  const facts = [
    `Training steps beside the reference: loss differs by ${exponential(loss)}, gradients by ${exponential(gradient)}.`,
    ...(tokens === undefined ? [] : [`${Math.round(tokens)} tokens/s (${model ?? ''}).`]),
    ...(memory === undefined ? [] : [`${(memory / 2 ** 30).toFixed(1)} GiB of memory.`]),
  ];
  return facts.join(' ');
}

function exponential(difference: number | null | undefined): string {
  return difference?.toExponential(1) ?? 'more than can be said';
}

/** What is not installed is no fault, unless it was asked for. */
function missingLine(
  { engine, use, remedy }: (typeof optionalEngines)[number],
  isWanted: boolean,
  left: string | undefined,
): Check {
  const name = `engine ${engine}`;
  if (left !== undefined) {
    const detail = `Not installed. ${left} is not loaded: a store holds data, never programs.`;
    return { name, ok: !isWanted, detail, remedy: `${remedy} Then delete ${left}.` };
  }
  return isWanted
    ? { name, ok: false, detail: 'It is not installed.', remedy }
    : { name, ok: true, detail: `Not installed: ${use}. ${remedy}` };
}
