import { access, constants, mkdir } from 'node:fs/promises';
import { cpus, totalmem } from 'node:os';
import { leftInStore } from '../engine/installation/enginePlace';
import { installedEngines } from '../engine/installedEngines';
import type { EngineReport } from '../protocol/engineReport';
import type { ReceivedParams, RequestResult } from '../protocol/requests';
import { ownerFolder } from '../store/ownerOnly';
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

async function storeCheck(store: string): Promise<Check> {
  try {
    await mkdir(store, { recursive: true, mode: ownerFolder });
    await access(store, constants.W_OK);
    return { name: 'store', ok: true, detail: store };
  } catch (error) {
    return {
      name: 'store',
      ok: false,
      detail: `${store}: ${error instanceof Error ? error.message : String(error)}`,
      remedy: 'Choose a folder that you may write to, with --store or ULMFIT_STORE.',
    };
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
