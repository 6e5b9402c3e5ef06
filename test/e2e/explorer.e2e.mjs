import assert from 'node:assert/strict';
import { existsSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { smallStore } from './smallData.mjs';
import { openWorkbench } from './workbench.mjs';

test(
  'entries are renamed, deleted and compared, and a damaged one stands beside the good',
  { timeout: 300_000 },
  async (t) => {
    const workbench = await openWorkbench(t, { store: smallStore() });
    const { page } = workbench;
    await workbench.openExplorer();

    const menu = async (row, item) => {
      await row.click({ button: 'right' });
      // A click that comes at once would be taken for the one that opened the menu.
      await page.waitForTimeout(700);
      await page.locator('.context-view .monaco-menu .action-item', { hasText: item }).click();
    };

    await t.test('rename', async () => {
      await menu(workbench.treeRow('Models', 'topics'), 'Rename…');
      await workbench.input.waitFor();
      await workbench.input.fill('subjects');
      await page.keyboard.press('Enter');
      await workbench.treeRow('Models', 'subjects').waitFor();
      assert.ok(existsSync(join(workbench.store, 'models', 'subjects', 'manifest.json')));
    });

    await t.test('a change in the store on disk shows at once', async () => {
      renameSync(join(workbench.store, 'models', 'subjects'), join(workbench.store, 'models', 'moved'));
      await workbench.treeRow('Models', 'moved').waitFor({ timeout: 10_000 });
    });

    await t.test('two runs are compared in the dashboard', async () => {
      await workbench.command('Show Dashboard');
      const dashboard = await workbench.dashboard();
      await dashboard.getByRole('checkbox').nth(1).click();
      await workbench.screenshot('compare');
    });

    await t.test('a damaged model says what to do, and the rest still works', async () => {
      writeFileSync(join(workbench.store, 'models', 'moved', 'manifest.json'), '{ damaged');
      const row = workbench.treeRow('Models', 'moved');
      // The view is drawn again when the store is quiet; a hover before that would be lost.
      await workbench.page.waitForTimeout(3000);
      await row.hover();
      await page
        .locator('.monaco-hover')
        .filter({ hasText: /damaged/u })
        .first()
        .waitFor();
      await workbench.treeRow('Encoders', 'words').waitFor();
    });

    await t.test('delete asks first', async () => {
      await menu(workbench.treeRow('Encoders', 'words'), 'Delete…');
      await page
        .locator('.monaco-dialog-box')
        .getByRole('button', { name: /Delete|Move/u })
        .click();
      await workbench.until(
        'the encoder to be gone',
        () => !existsSync(join(workbench.store, 'encoders', 'words', 'manifest.json')),
      );
    });
    assert.deepEqual(workbench.complaints, []);
  },
);
