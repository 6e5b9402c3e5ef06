import assert from 'node:assert/strict';
import { existsSync, readFileSync, readdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { scenario } from './scenario.mjs';
import { smallCsv, smallStore, textOf } from './smallData.mjs';
import { plain } from './workbench.mjs';

scenario(
  'the explorer',
  { store: smallStore(), files: { 'rows.csv': smallCsv(), 'notes.txt': textOf(2) } },
  async (workbench, step) => {
    const { page } = workbench;
    await workbench.openExplorer();
    const model = (name) => workbench.treeRow('Models', name);
    const clipboard = () => page.evaluate(() => navigator.clipboard.readText());

    await step('tells of metrics, size, data and lineage in a hover', async () => {
      const hover = await workbench.hover(model('topics'), 'Made from');
      const text = plain(await hover.innerText());
      for (const part of ['accuracy', 'Classes', 'rows.csv', 'topics → words', 'On disk', 'Saved'])
        assert.ok(text.includes(part), `${part} is not in:\n${text}`);
    });

    await step('copies a name', async () => {
      await workbench.menu(model('topics'), 'Copy Name');
      await workbench.until('the name', async () => (await clipboard()) === 'topics');
    });

    await step('shows details as a document', async () => {
      await workbench.menu(model('topics'), 'Show Details');
      await workbench.tab('topics.txt').waitFor();
      await page.locator('.editor-instance .view-line', { hasText: 'valid_loss' }).first().waitFor();
    });

    await step('reveals a folder by its path where that is on another machine than the window', async () => {
      await workbench.menu(model('topics'), 'Reveal in File Explorer');
      await workbench.dialog.filter({ hasText: join('models', 'topics') }).waitFor();
      await workbench.dialog.getByRole('button', { name: 'Copy Path' }).click();
      await workbench.until('the path', async () => (await clipboard()).endsWith(join('models', 'topics')));
    });

    await step('chooses the model that classifies', async () => {
      await workbench.menu(model('topics'), 'Choose Model…');
      await workbench.until('the setting', () =>
        existsSync(join(workbench.workspace, '.vscode', 'settings.json')),
      );
      await model('in use').waitFor();
    });

    await step('renames, and the setting follows', async () => {
      await workbench.menu(model('topics'), 'Rename…');
      await workbench.input.fill('subjects');
      await page.keyboard.press('Enter');
      await model('subjects').filter({ hasText: 'in use' }).waitFor();
      assert.ok(existsSync(join(workbench.store, 'models', 'subjects', 'manifest.json')));
    });

    await step('shows a change in the store on disk at once', async () => {
      renameSync(join(workbench.store, 'models', 'subjects'), join(workbench.store, 'models', 'moved'));
      await model('moved').waitFor();
      await model('subjects').waitFor({ state: 'hidden' });
    });

    await step('lays two runs over each other in the dashboard', async () => {
      await workbench.treeRow('Runs', 'words').click();
      await workbench.treeRow('Runs', 'topics').click({ modifiers: ['Control'] });
      await workbench.menu(workbench.treeRow('Runs', 'topics'), 'Compare Runs…');
      const dashboard = await workbench.dashboard();
      const comparison = dashboard.locator('table', { hasText: 'Macro F1' }).first();
      await workbench.until('both runs', async () => (await comparison.locator('tbody tr').count()) === 2);
      await dashboard.locator('#chart-loss .legend li').nth(3).waitFor();
      await workbench.screenshot('compare');
    });

    await step('shows a chart as a table', async () => {
      const dashboard = await workbench.dashboard();
      const chart = dashboard.locator('#chart-loss');
      await chart.getByRole('button', { name: 'Show as Table' }).click();
      await chart.locator('tbody tr').first().waitFor();
      await chart.getByRole('button', { name: 'Show as Chart' }).click();
      await chart.locator('canvas').waitFor();
    });

    await step('trains on an encoder that is dropped on the models', async () => {
      await workbench.treeRow('Encoders', 'words').dragTo(model('moved'));
      await workbench.quickTitle.filter({ hasText: 'Train Classifier' }).waitFor();
      // The encoder is known, so the first question is for the data.
      await page.getByPlaceholder('File or folder with the texts').waitFor();
      await page.keyboard.press('Escape');
    });

    await step('says of a damaged model what to do, and shows the rest', async () => {
      writeFileSync(join(workbench.store, 'models', 'moved', 'manifest.json'), '{ damaged');
      const hover = await workbench.hover(model('moved'), 'cannot be read');
      assert.match(await hover.innerText(), /damaged/u);
      await workbench.treeRow('Encoders', 'words').waitFor();
    });

    await step('P23: deletes after asking, and the runs that made it if that is wished', async () => {
      const encoder = join(workbench.store, 'encoders', 'words', 'manifest.json');
      await workbench.menu(workbench.treeRow('Encoders', 'words'), 'Delete…');
      await workbench.dialog.getByRole('button', { name: 'Cancel' }).click();
      assert.ok(existsSync(encoder));
      await workbench.menu(workbench.treeRow('Encoders', 'words'), 'Delete…');
      await workbench.dialog.getByRole('button', { name: /^(Delete|Move to Trash) with Its Runs$/u }).click();
      await workbench.until('the encoder to be gone', () => !existsSync(encoder));
      const kinds = readdirSync(join(workbench.store, 'runs')).map(
        (id) => JSON.parse(readFileSync(join(workbench.store, 'runs', id, 'run.json'), 'utf8')).kind,
      );
      assert.deepEqual(kinds, ['classifier']);
      await workbench.treeRow('Encoders', 'words').waitFor({ state: 'hidden' });
    });
  },
);
