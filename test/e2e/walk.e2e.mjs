import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openWorkbench } from './workbench.mjs';

test(
  'from an empty window: welcome button, sample data, language model, classifier, and a mail gets its label',
  { timeout: 1_200_000 },
  async (t) => {
    const mail =
      'You have won! Claim your FREE prize of $1,000,000 now. Click here, no obligation, act today!!!';
    const workbench = await openWorkbench(t, { files: { 'mail.txt': mail } });
    const { page } = workbench;
    await workbench.openExplorer();
    await page.getByRole('button', { name: 'Try with Sample Data' }).click();
    await workbench.rows.filter({ hasText: 'Train on Them' }).waitFor();
    await page.keyboard.press('Enter');
    const dashboard = await workbench.dashboard();
    await dashboard.getByText('Running').first().waitFor({ timeout: 60_000 });
    await dashboard.locator('canvas').first().waitFor({ timeout: 60_000 });
    await workbench.screenshot('walk-running');
    await workbench.treeRow('Encoders', 'mail').waitFor({ timeout: 600_000 });
    await workbench.treeRow('Models', 'spam-or-ham').waitFor({ timeout: 600_000 });
    await workbench.screenshot('walk-done');
    await workbench.openFile('mail.txt');
    await page.keyboard.press('Control+A');
    await workbench.command('Classify Selection');
    const shown = await workbench.until('a label', async () => (await workbench.decorations())[0]);
    assert.match(shown, /spam/u);
    await workbench.screenshot('walk-classified');
    assert.deepEqual(workbench.complaints, []);
  },
);
