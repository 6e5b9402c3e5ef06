import { UlmfitError } from '../../errors';
import type { EngineReport } from '../../protocol/engineReport';
import type { InstalledEngine } from '../../engine/installedEngines';
import type { EngineName } from '../../options/process';
import type { ProbeResult } from './probeProcess';

export interface EngineWish {
  readonly engine: EngineName;
  /** What is done where the engine asked for does not pass its check. */
  readonly fallback: 'onnx' | 'none';
}

export interface ChosenEngine {
  readonly engine: InstalledEngine;
  readonly report: EngineReport;
  /** Those that were passed over because they failed. */
  readonly refused: readonly EngineReport[];
}

/**
 * Decides where a run computes. `auto` is the fastest of the installed engines that passed, but never a processor that
 * passes for a graphics card.
 * @param probe tries an engine, and times it if it is to be compared with others
 * @throws {UlmfitError} `engine-unavailable` where nothing is left
 */
export async function chooseEngine(
  wish: EngineWish,
  installed: readonly InstalledEngine[],
  probe: (engine: InstalledEngine, timed: boolean) => Promise<ProbeResult>,
): Promise<ChosenEngine> {
  if (wish.engine !== 'auto') return chooseNamed(wish.engine, wish.fallback, probe);
  const results: ProbeResult[] = [];
  // One after the other: two at once would time each other.
  for (const engine of installed) results.push(await probe(engine, installed.length > 1));
  const refused = results.map(({ report }) => report).filter(({ passed }) => !passed);
  const [fastest] = results
    .filter(({ report, isSoftware }) => report.passed && !isSoftware)
    .map(({ report }) => report)
    .sort((a, b) => (b.tokens_per_second ?? 0) - (a.tokens_per_second ?? 0));
  if (!fastest) throw unavailable(refused);
  return { engine: fastest.engine as InstalledEngine, report: fastest, refused };
}

async function chooseNamed(
  engine: InstalledEngine,
  fallback: EngineWish['fallback'],
  probe: (engine: InstalledEngine, timed: boolean) => Promise<ProbeResult>,
): Promise<ChosenEngine> {
  const { report } = await probe(engine, false);
  if (report.passed) return { engine, report, refused: [] };
  if (fallback === 'none' || engine === 'onnx') throw unavailable([report]);
  const instead = await chooseNamed('onnx', 'none', probe);
  return { ...instead, refused: [report] };
}

function unavailable(refused: readonly EngineReport[]): UlmfitError {
  const causes = refused.map(({ engine, cause = 'no reason was given' }) => `${engine}: ${cause}`);
  const [first] = refused;
  return new UlmfitError(
    'engine-unavailable',
    `The engine did not pass its check, so nothing was started. ${causes.join(' ')}`,
    `${first?.remedy ?? ''} Or let the engine be "auto", which takes one that works.`.trim(),
  );
}
