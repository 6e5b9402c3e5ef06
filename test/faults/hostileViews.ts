/** What the extension's views are made of, on a hostile store: a bad entry is one bad entry, shown as text. */
import { brokenFacts, entryDescription, entryFacts } from '../../src/extension/explorer/entryFacts';
import { type Facts, factsAsText } from '../../src/extension/explorer/facts';
import { runDescription, runFacts } from '../../src/extension/explorer/runFacts';
import { english } from '../../src/extension/explorer/sampleContents';
import { StoreLists } from '../../src/extension/explorer/storeLists';
import { RunMonitor } from '../../src/extension/runMonitor';
import type { Store } from '../../src/store/store';
import { idleTrainer } from '../store/idleTrainer';
import type { Report } from './report';

/** The extension host of a window has some gigabytes for everything. */
const mostMegabytes = 500;

export async function showHostileStore(
  store: Store,
  good: { readonly encoder: string; readonly model: string; readonly run: string },
  report: Report,
): Promise<void> {
  const before = process.memoryUsage().rss;
  try {
    await showEntries(store, good, report);
    await showRuns(store, good.run, report);
  } catch (error) {
    const what = error instanceof Error ? (error.stack ?? error.message) : String(error);
    report.broken('P22', 'the views', `one entry takes all others along: ${what}`);
  }
  const megabytes = (process.memoryUsage().rss - before) / 2 ** 20;
  if (megabytes > mostMegabytes) report.broken('P22', 'the views', `they took ${Math.round(megabytes)} MB`);
}

async function showEntries(
  store: Store,
  good: { readonly encoder: string; readonly model: string },
  report: Report,
): Promise<void> {
  const lists = new StoreLists(() => store);
  const encoders = await lists.encoders();
  const models = await lists.models();
  const around = { encoders: encoders.entries, inUse: false };
  for (const entry of [...encoders.entries, ...models.entries]) {
    judge(entry.name, entryFacts(entry, around, english), entryDescription(entry, false, english), report);
  }
  for (const broken of [...encoders.broken, ...models.broken]) {
    judge(broken.name, brokenFacts(broken, english), '', report);
  }
  const isListed = (list: readonly { name: string }[], name: string) =>
    list.some((each) => each.name === name);
  if (!isListed(encoders.entries, good.encoder) || !isListed(models.entries, good.model)) {
    report.broken('P22', 'the views', 'a good entry is not listed');
  }
}

async function showRuns(store: Store, good: string, report: Report): Promise<void> {
  const { views, broken } = await new RunMonitor(() => store, idleTrainer).listAll();
  for (const run of views)
    judge(run.id, runFacts(run, undefined, english), runDescription(run, english), report);
  for (const each of broken) judge(each.name, brokenFacts(each, english), '', report);
  if (!views.some(({ id }) => id === good)) report.broken('P22', 'the views', 'a good run is not listed');
}

function judge(name: string, facts: Facts, description: string, report: Report): void {
  report.count('hostile entries shown');
  const text = `${factsAsText(facts)}\n${description}`;
  // Line ends are between facts.
  if (/(?!\n)[\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Zl}\p{Zp}]/u.test(text)) {
    report.broken(
      'P14',
      `the views: ${JSON.stringify(name.slice(0, 60))}`,
      `unseen characters: ${JSON.stringify(text.slice(0, 300))}`,
    );
  }
  if (text.length > 20_000)
    report.broken('P22', `the views: ${name.slice(0, 60)}`, `${text.length} characters`);
  if (/\bdefect\b/iu.test(text)) report.broken('P22', `the views: ${name.slice(0, 60)}`, text.slice(0, 300));
}
