/** Prints how long a whole event file takes to read, how much memory, and for how long other work has to wait. */
import { RunMonitor } from '../../src/extension/runMonitor';
import { Store } from '../../src/store/store';
import { historyOf } from '../../src/trainer/runHistory';
import { idleTrainer } from './idleTrainer';

async function main(): Promise<void> {
  const [folder = '', id = ''] = process.argv.slice(2);
  const store = new Store(folder);
  const runs = new RunMonitor(() => store, idleTrainer);
  await measured('the events of the long run, for the dashboard', async () => (await runs.events(id)).length);
  await measured('lines of progress of the long run, for resuming', async () => {
    return (await historyOf(store, id)).progress;
  });
}

async function measured(what: string, action: () => Promise<number>): Promise<void> {
  let [last, longest, most] = [performance.now(), 0, 0];
  const timer = setInterval(() => {
    longest = Math.max(longest, performance.now() - last);
    last = performance.now();
    most = Math.max(most, process.memoryUsage().rss);
  }, 1);
  const [begun, before] = [performance.now(), process.memoryUsage().rss];
  const count = await action();
  clearInterval(timer);
  const seconds = ((performance.now() - begun) / 1000).toFixed(1);
  const grown = Math.round((most - before) / 2 ** 20);
  console.log(
    `  ${what}: ${count} in ${seconds} s, ${grown} MiB more, at most ${Math.round(longest)} ms at a stretch`,
  );
}

void main();
