/** Prints how long the extension takes to list the runs and models of a store, and how much memory. */
import { StoreLists } from '../../src/extension/explorer/storeLists';
import { RunMonitor } from '../../src/extension/runMonitor';
import { Store } from '../../src/store/store';
import { idleTrainer } from './idleTrainer';

async function main(): Promise<void> {
  const store = new Store(process.argv[2] ?? '');
  const runs = new RunMonitor(() => store, idleTrainer);
  const lists = new StoreLists(() => store);
  const before = process.memoryUsage().rss;
  await timed('the latest hundred runs, all encoders and models, as the explorer shows first', () =>
    Promise.all([runs.listLatest(100), lists.encoders(), lists.models()]),
  );
  const first = await timed('all runs', () => runs.listAll());
  const grown = (process.memoryUsage().rss - before) / 2 ** 20;
  console.log(
    `    ${first.views.length} runs, ${first.broken.length} that cannot be read; ${Math.round(grown)} MiB more`,
  );
  for (let i = 0; i < 3; i++) await timed('runs again', () => runs.listAll());
}

async function timed<Result>(what: string, action: () => Promise<Result>): Promise<Result> {
  const begun = performance.now();
  const result = await action();
  console.log(`  ${what}: ${Math.round(performance.now() - begun)} ms`);
  return result;
}

void main();
