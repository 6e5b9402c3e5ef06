import type { RunItem } from '../../protocol/dashboard';

/**
 * The runs that a command's arguments mean: run ids, nodes of the explorer, or arrays of them (VS Code gives a menu's
 * command the node and then all that are selected). Of a model or an encoder it is the latest run that made it.
 *
 * @param runs all runs, the latest first
 */
export function runsMeant(given: readonly unknown[], runs: readonly RunItem[]): string[] {
  return [...new Set(given.flatMap((each) => meant(each, runs)))];
}

function meant(given: unknown, runs: readonly RunItem[]): string[] {
  if (typeof given === 'string') return [given];
  if (Array.isArray(given)) return given.flatMap((each) => meant(each, runs));
  if (typeof given !== 'object' || given === null) return [];
  if (!('kind' in given) || !('name' in given) || typeof given.name !== 'string') return [];
  if (given.kind === 'run') return [given.name];
  const kind = given.kind === 'model' ? 'classifier' : given.kind;
  const latest = runs.find((run) => run.kind === kind && run.name === given.name);
  return latest ? [latest.id] : [];
}
