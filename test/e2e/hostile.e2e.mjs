import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import { existsSync, mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { scenario } from './scenario.mjs';
import { textOf, trainedStore } from './smallData.mjs';

const labels = [
  '<img src=x onerror=document.title=1>',
  '[a](command:workbench.action.closeWindow) `$(trash)`',
];
const file = '<img src=x onerror=alert(1)> $(trash) [a](command:b).csv';
const columns = ['<b>label</b> $(trash)', '[text](command:b) <i>'];
const cell = '</script><script>document.title=1</script><img src=x onerror=document.title=1>';
/** No text at all, which is said in a message. */
const noText = '[b](command:workbench.action.closeWindow).csv';
/** Turns what follows around, as in `gpj.exe`. */
const bidi = '\u202egpj.exe\u202c';

const quoted = (text) => `"${text.replaceAll('"', '""')}"`;
const row = (index, text) => `${quoted(labels[index % 2])},${quoted(text)}`;
const table = [
  columns.map(quoted).join(','),
  // The first rows are those that are previewed.
  row(0, `${cell} ${textOf(0)}`),
  row(1, `${bidi} ${textOf(1)}`),
  row(2, `${'<b>x</b> $(trash) '.repeat(60_000)}`),
  ...Array.from({ length: 57 }, (_, index) => row(index + 3, `${textOf(index + 3)} ${cell}`)),
  `${quoted(labels[0])},too,many,cells`,
  '',
].join('\n');
const trainingTable = table.replace(/^.*<b>x<\/b>.*\n/mu, '');

scenario(
  'P14: labels, file names, columns and cells full of markup appear as text',
  {
    store: trainedStore('hostile-store', file, trainingTable, {
      bptt: 20,
      encoderEpochs: 4,
      classifierEpochs: 6,
    }),
    files: {
      'notes.txt': textOf(2),
      [file]: table,
      [noText]: Buffer.from([1, 0, 2, 0, 255, 0, 254, 3, 0, 0]),
    },
    settings: { 'ulmfit.languageModel.size': 'small' },
  },
  async (workbench, step) => {
    const { page } = workbench;
    /** That nothing of it has become an element, an icon or a link, where it is shown. */
    const onlyText = async (place) => {
      for (const element of ['img', 'script', 'b', 'i', '.codicon-trash', 'a[href*="command:"]'])
        assert.equal(await place.locator(element).count(), 0, `${element} in ${await place.innerText()}`);
      assert.notEqual(await page.title(), '1');
    };
    const quickPick = page.locator('.quick-input-widget');
    await workbench.openExplorer();

    await step('labels behind a selection, in its hover and in the status bar', async () => {
      await workbench.openFile('notes.txt');
      await page.keyboard.press('Control+A');
      await workbench.command('Classify Selection');
      const [shown] = await workbench.labels(1);
      assert.ok(
        labels.some((label) => shown.includes(label.slice(0, 8))),
        shown,
      );
      const line = page.locator('.editor-instance .view-line').first();
      const hover = await workbench.hover(line, 'onerror', { position: { x: 60, y: 8 } });
      await onlyText(hover.locator('.hover-contents').first());
      await onlyText(page.locator('.statusbar'));
    });

    await step('names of files and columns, and cells, in a wizard', async () => {
      await workbench.command('Train Classifier…');
      await page.getByPlaceholder('Encoder').waitFor();
      await onlyText(quickPick);
      await page.keyboard.press('Enter');
      await page.getByPlaceholder('File or folder with the texts').waitFor();
      await workbench.rows.filter({ hasText: 'onerror=alert(1)' }).first().waitFor();
      await onlyText(quickPick);
      await workbench.rows.filter({ hasText: 'closeWindow' }).first().click();
      const message = workbench.toast('closeWindow').locator('.notification-list-item-message');
      await message.waitFor();
      assert.equal(await message.locator('a').count(), 0, await message.innerHTML());
      await workbench.rows.filter({ hasText: 'onerror=alert(1)' }).first().click();
      await page.getByPlaceholder('Columns of the text').waitFor();
      await workbench.rows.filter({ hasText: '[text](command:b) <i>' }).first().waitFor();
      await workbench.rows.filter({ hasText: '</script><script>' }).first().waitFor();
      await onlyText(quickPick);
      assert.ok(!(await quickPick.innerText()).includes('\u202e'), 'text is turned around');
      await workbench.screenshot('hostile-wizard');
      await page.keyboard.press('Enter');
      await page.getByPlaceholder('Column of the label').waitFor();
      await workbench.rows.filter({ hasText: labels[0] }).first().waitFor();
      await onlyText(quickPick);
      await page.keyboard.press('Escape');
    });

    await step('a file’s name while it is classified, and its rows that cannot be read', async () => {
      await workbench.openFiles();
      await workbench.menu(workbench.fileRow('onerror=alert(1)').first(), 'Classify File…');
      await page.getByPlaceholder('Which columns hold the texts').waitFor();
      await workbench.rows.filter({ hasText: '[text](command:b) <i>' }).first().waitFor();
      await onlyText(quickPick);
      await page.keyboard.press('Enter');
      const out = join(workbench.workspace, file.replace(/\.csv$/u, '.classified.csv'));
      await workbench.until('the classified file', () => existsSync(out));
      const toast = workbench.toast('could not be read');
      await toast.waitFor();
      await onlyText(toast.locator('.notification-list-item-message'));
      await workbench.clearToasts();
      await workbench.openExplorer();
    });

    await step('all of it in the hover and the details of a model', async () => {
      const hover = await workbench.hover(workbench.treeRow('Models', 'topics'), 'Made from');
      await onlyText(hover.locator('p').nth(1));
      await workbench.menu(workbench.treeRow('Models', 'topics'), 'Show Details');
      await page.locator('.editor-instance .view-line', { hasText: 'onerror' }).first().waitFor();
    });

    await step('all of it in the dashboard', async () => {
      await workbench.command('Show Dashboard');
      const dashboard = await workbench.dashboard();
      await dashboard.getByText(labels[0]).first().waitFor();
      for (const element of ['img', 'i']) assert.equal(await dashboard.locator(element).count(), 0, element);
      const scripts = await dashboard.locator('script').allTextContents();
      assert.ok(!scripts.some((script) => script.includes('document.title=1')));
      await dashboard.getByText('onerror=alert(1)').first().waitFor();
      await workbench.screenshot('hostile');
      assert.notEqual(await page.title(), '1');
    });
  },
);

const linkName = '[click here](command:workbench.action.toggleZenMode)';
/** Can be a name: nothing in it makes a link by itself. */
const oddName = 'mail [b](c) $(trash)';

/** A store with two runs of which nobody works on any more, the later one under a name that is no name. */
function plantedStore() {
  const store = mkdtempSync(join(tmpdir(), 'ulmfit-planted-'));
  plantRun(store, '20240607-120000-aaaa', oddName);
  plantRun(store, '20240608-120000-bbbb', linkName);
  return store;
}

function plantRun(store, id, name) {
  const folder = join(store, 'runs', id);
  mkdirSync(join(folder, 'checkpoints'), { recursive: true });
  const createdAt = `${id.slice(0, 4)}-${id.slice(4, 6)}-${id.slice(6, 8)}T12:00:00.000Z`;
  const run = { formatVersion: 1, id, kind: 'encoder', name, createdAt, options: { name, data: ['a.csv'] } };
  writeFileSync(join(folder, 'run.json'), JSON.stringify(run));
}

scenario(
  'P14: a planted run whose name is a command link offers no link and runs nothing',
  { store: plantedStore() },
  async (workbench, step) => {
    const { page } = workbench;
    await workbench.openExplorer();

    await step('the offer to resume names a run as text', async () => {
      const message = workbench.toast('was interrupted').locator('.notification-list-item-message');
      await message.waitFor();
      assert.equal(await message.locator('a').count(), 0, await message.innerHTML());
      assert.ok((await message.innerText()).includes('mail ['), await message.innerText());
      await workbench.screenshot('hostile-run');
      await workbench.clearToasts();
    });

    await step('the run with the impossible name is broken, and says why', async () => {
      const row = workbench.treeRow('Runs', '20240608-120000-bbbb');
      await row.waitFor();
      const hover = await workbench.hover(row, 'cannot be a name');
      assert.equal(await hover.locator('a').count(), 0, await hover.innerHTML());
      for (const place of [hover, page.locator('.pane', { hasText: 'Runs' }).first()])
        assert.equal(await place.locator('.codicon-trash').count(), 0);
    });
  },
);
