import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { smallCsv, smallStore, taskFile } from './smallData.mjs';
import { openWorkbench } from './workbench.mjs';

const files = { 'rows.csv': smallCsv(), 'ulmfit.json': taskFile(4000) };

test(
  'a run can be paused, resumed after a reload, survive kill -9, and be stopped with its best',
  { timeout: 400_000 },
  async (t) => {
    const workbench = await openWorkbench(t, { files });
    await workbench.openExplorer();
    await workbench.openFile('ulmfit.json');
    await workbench.command('Run Task File');
    const run = (text) => workbench.treeRow('Runs', text);

    await t.test('it shows as running with its progress', async () => {
      await run(/epoch \d+/u).waitFor({ timeout: 60_000 });
      assert.equal(workbench.trainers().length, 1);
    });

    await t.test('paused, and still paused after the window is reloaded', async () => {
      await workbench.command('Pause Run');
      await run('paused').waitFor({ timeout: 60_000 });
      await workbench.page.reload();
      await workbench.activity().waitFor({ timeout: 90_000 });
      await run('paused').waitFor({ timeout: 60_000 });
    });

    await t.test('resumed, it goes on', async () => {
      await workbench.command('Resume Run');
      await run(/epoch \d+/u).waitFor({ timeout: 60_000 });
    });

    await t.test('kill -9 of the trainer shows “interrupted”, and Resume works', async () => {
      const [trainer] = workbench.trainers();
      process.kill(trainer, 'SIGKILL');
      await run('interrupted').waitFor({ timeout: 30_000 });
      await workbench.command('Resume Run');
      await run(/epoch \d+/u).waitFor({ timeout: 60_000 });
    });

    await t.test('Stop keeps the best so far: the encoder appears', async () => {
      await workbench.page.waitForTimeout(4000);
      await workbench.command('Stop Run (Keep Best)');
      await workbench.treeRow('Encoders', 'long').waitFor({ timeout: 60_000 });
    });

    await t.test('closing the page leaves no trainer', async () => {
      await workbench.page.goto('about:blank');
      const before = Date.now();
      while (workbench.trainers().length > 0 && Date.now() - before < 20_000)
        await workbench.page.waitForTimeout(250);
      assert.deepEqual(workbench.trainers(), []);
    });
  },
);

test('discard leaves nothing behind', { timeout: 240_000 }, async (t) => {
  const workbench = await openWorkbench(t, { files, store: smallStore() });
  await workbench.openExplorer();
  const before = readdirSync(join(workbench.store, 'runs')).length;
  await workbench.openFile('ulmfit.json');
  await workbench.command('Run Task File');
  await workbench.treeRow('Runs', /epoch \d+/u).waitFor({ timeout: 60_000 });
  await workbench.command('Discard Run');
  await workbench.page
    .locator('.monaco-dialog-box')
    .getByRole('button', { name: /Discard/u })
    .click();
  await workbench.until(
    'the run to be gone',
    () => readdirSync(join(workbench.store, 'runs')).length === before,
  );
  assert.deepEqual(workbench.complaints, []);
});
