import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { root } from './places.mjs';
import { openWorkbench } from './workbench.mjs';

const { contributes } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const titles = JSON.parse(readFileSync(join(root, 'package.nls.json'), 'utf8'));

test(
  'an empty window shows three views with a way to begin, every command, and the log',
  { timeout: 180_000 },
  async (t) => {
    const workbench = await openWorkbench(t);
    const { page } = workbench;
    await workbench.openExplorer();
    await page.getByRole('button', { name: 'Try with Sample Data' }).waitFor();
    await page.getByRole('button', { name: 'Train Classifier…' }).waitFor();
    await page.keyboard.press('F1');
    await workbench.input.fill('>ULMFiT: ');
    const hidden = contributes.menus.commandPalette
      .filter(({ when }) => when === 'false')
      .map(({ command }) => command);
    const wanted = contributes.commands.filter(({ command }) => !hidden.includes(command));
    for (const { title } of wanted) {
      const shown = titles[title.slice(1, -1)];
      await workbench.input.fill(`>ULMFiT: ${shown}`);
      await workbench.rows.filter({ hasText: shown }).first().waitFor();
    }
    await page.keyboard.press('Escape');
    await workbench.command('Show Log');
    await page.locator('.part.panel').waitFor();
    await workbench.command('Show Dashboard');
    await workbench.dashboard();
    assert.deepEqual(workbench.complaints, []);
  },
);
