import assert from 'node:assert/strict';
import { test } from 'node:test';
import { textOf, trainedStore } from './smallData.mjs';
import { openWorkbench } from './workbench.mjs';

const labels = [
  '<img src=x onerror=document.title=1>',
  '[a](command:workbench.action.closeWindow) `$(trash)`',
];

test(
  'P14: labels full of markup appear as text, in the editor, the hover and the dashboard',
  { timeout: 240_000 },
  async (t) => {
    const rows = Array.from(
      { length: 60 },
      (_, row) => `"${labels[row % 2]}",${textOf(row)} </script><script>document.title=1</script>`,
    );
    const csv = ['label,text', ...rows, ''].join('\n');
    const store = trainedStore('<b>rows.csv', csv, { bptt: 20, encoderEpochs: 4, classifierEpochs: 6 });
    const workbench = await openWorkbench(t, { store, files: { 'notes.txt': textOf(2) } });
    const { page } = workbench;
    await workbench.openExplorer();
    const title = await page.title();
    await workbench.openFile('notes.txt');
    await page.keyboard.press('Control+A');
    await workbench.command('Classify Selection');
    const shown = await workbench.until('a label', async () => (await workbench.decorations())[0]);
    assert.ok(
      labels.some((label) => shown.includes(label.slice(0, 8))),
      shown,
    );
    await page
      .locator('.editor-instance .view-line')
      .first()
      .hover({ position: { x: 60, y: 8 } });
    const hover = page.locator('.monaco-hover').filter({ hasText: 'onerror' }).first();
    await hover.waitFor();
    assert.equal(await hover.locator('img, script').count(), 0);
    await workbench.command('Show Dashboard');
    const dashboard = await workbench.dashboard();
    await dashboard.getByText(labels[0]).first().waitFor();
    assert.equal(await dashboard.locator('img').count(), 0);
    await workbench.screenshot('hostile');
    assert.notEqual(await page.title(), '1');
    assert.ok(title !== '1');
    assert.deepEqual(workbench.complaints, []);
  },
);
