import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { root } from './places.mjs';
import { textOf } from './smallData.mjs';
import { openWorkbench } from './workbench.mjs';

const labels = [
  '<img src=x onerror=document.title=1>',
  '[a](command:workbench.action.closeWindow) `$(trash)`',
];

test(
  'P14: labels full of markup appear as text, in the editor, the hover and the dashboard',
  { timeout: 240_000 },
  async (t) => {
    const folder = mkdtempSync(join(tmpdir(), 'ulmfit-e2e-hostile-'));
    const data = join(folder, '<b>rows.csv');
    const rows = Array.from(
      { length: 60 },
      (_, row) => `"${labels[row % 2]}",${textOf(row)} </script><script>document.title=1</script>`,
    );
    writeFileSync(data, ['label,text', ...rows, ''].join('\n'));
    const store = join(folder, 'store');
    const ulmfit = (...args) =>
      execFileSync(process.execPath, [join(root, 'dist', 'cli.js'), '--store', store, ...args], {
        stdio: 'pipe',
      });
    const sizes = [
      '--emb-sz',
      '24',
      '--n-hid',
      '32',
      '--n-layers',
      '2',
      '--bptt',
      '20',
      '--bs',
      '4',
      '--min-freq',
      '1',
    ];
    ulmfit('train-encoder', '--name', 'words', '--data', data, ...sizes, '--epochs', '4', '--drop-mult', '0');
    ulmfit(
      ...[
        'train-classifier',
        '--name',
        'topics',
        '--encoder',
        'words',
        '--data',
        data,
        '--bs',
        '8',
        '--epochs',
        '6',
        '--drop-mult',
        '0',
      ],
    );
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
