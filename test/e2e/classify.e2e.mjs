import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { labelOf, smallCsv, smallStore, textOf } from './smallData.mjs';
import { openWorkbench } from './workbench.mjs';

const lines = [textOf(2), textOf(3), textOf(5), textOf(8)];
const labels = [labelOf(2), labelOf(3), labelOf(5), labelOf(8)];

test('a selection, lines and a file get their right labels', { timeout: 300_000 }, async (t) => {
  const workbench = await openWorkbench(t, {
    store: smallStore(),
    files: { 'notes.txt': lines.join('\n'), 'new.csv': smallCsv(40) },
  });
  const { page } = workbench;
  await workbench.openExplorer();
  await workbench.treeRow('Models', 'topics').waitFor();

  await t.test('Classify Selection puts the label behind the selection', async () => {
    await workbench.openFile('notes.txt');
    await page.keyboard.press('Control+Home');
    await page.keyboard.press('Shift+End');
    await workbench.command('Classify Selection');
    const shown = await workbench.until('a label', async () => (await workbench.decorations())[0]);
    assert.match(shown, new RegExp(labels[0], 'u'));
    await workbench.screenshot('selection');
  });

  await t.test('the hover lists all classes', async () => {
    await page
      .locator('.editor-instance .view-line')
      .first()
      .hover({ position: { x: 60, y: 8 } });
    const hover = page.locator('.monaco-hover').filter({ hasText: 'weather' });
    await hover.first().waitFor();
    assert.match(await hover.first().innerText(), /sport/u);
  });

  await t.test('Classify Lines labels every line', async () => {
    await workbench.command('Clear Classifications');
    await workbench.command('Classify Lines');
    await workbench.until('four labels', async () => (await workbench.decorations()).length >= 4);
    const shown = await workbench.decorations();
    labels.forEach((label, line) => assert.match(shown[line], new RegExp(label, 'u')));
  });

  await t.test('Classify File writes a new file beside the old one', async () => {
    await workbench.openFile('new.csv');
    await workbench.command('Classify File…');
    const out = join(workbench.workspace, 'new.classified.csv');
    // The wizard may ask for the file and its column; what is at hand is offered first.
    for (let step = 0; step < 4 && !existsSync(out); step++) {
      await page.waitForTimeout(1500);
      if (await workbench.input.isVisible()) await page.keyboard.press('Enter');
    }
    await workbench.until('the classified file', () => existsSync(out));
    const rows = readFileSync(out, 'utf8').trim().split('\n');
    assert.equal(rows.length, 41);
    assert.match(rows[0], /^label,text,prediction,probability sport,probability weather$/u);
    const right = rows.slice(1).filter((row) => row.split(',')[0] === row.split(',')[2]).length;
    assert.ok(right >= 36, `${right} of 40 are right`);
  });
  assert.deepEqual(workbench.complaints, []);
});
