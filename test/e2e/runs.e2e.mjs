import assert from 'node:assert/strict';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { isExtensionHost, processesOf, startedByExtensions } from './processes.mjs';
import { scenario } from './scenario.mjs';
import { endless, labelOf, smallCsv, smallStore, taskFile, textOf } from './smallData.mjs';

const files = { 'rows.csv': smallCsv(), 'ulmfit.json': taskFile(endless), 'notes.txt': textOf(2) };

scenario('a run', { files, store: smallStore() }, async (workbench, step) => {
  const { page } = workbench;
  const run = (text) => workbench.treeRow('Runs', 'long').filter({ hasText: text });
  /** Waits for an epoch beyond the one that is shown: of a run that is resumed that is at first where it was. */
  const goesOn = async () => {
    let first;
    await workbench.until('a further epoch', async () => {
      const [row] = await run('epoch').allInnerTexts();
      const epoch = Number(/epoch (\d+)\/\d+/u.exec(row ?? '')?.[1] ?? NaN);
      if (!Number.isNaN(epoch)) first ??= epoch;
      return epoch > first;
    });
  };
  await workbench.openExplorer();

  await step(
    'of a task file, by its menu, shows with its progress in the tree and in the dashboard',
    async () => {
      await workbench.openFiles();
      await workbench.menu(workbench.fileRow('ulmfit.json').first(), 'Run Task File');
      const dashboard = await workbench.dashboard();
      await dashboard.locator('canvas').first().waitFor();
      await workbench.openExplorer();
      await goesOn();
      assert.equal(workbench.trainers().length, 1);
      await page
        .locator('.statusbar-item[id="ulmfit.ulmfit-vscode.ulmfit.status"]', { hasText: 'long' })
        .waitFor();
    },
  );

  await step('lets a selection be classified meanwhile, in a process of its own', async () => {
    await workbench.openFile('notes.txt');
    await page.keyboard.press('Control+A');
    await workbench.command('Classify Selection');
    const [shown] = await workbench.labels(1);
    assert.match(shown, new RegExp(labelOf(2), 'u'));
    assert.equal(workbench.trainers().length, 2);
    await goesOn();
  });

  await step('keeps another from beginning, and says so', async () => {
    await workbench.command('Run Task File');
    await workbench.toast('one window trains one thing at a time').waitFor();
    await workbench.clearToasts();
  });

  await step('can be paused, and is still paused after the window was reloaded', async () => {
    await workbench.command('Pause Run');
    await run('paused').waitFor();
    await workbench.reload();
    await run('paused').waitFor();
  });

  await step('can be resumed, and goes on', async () => {
    await workbench.command('Resume Run');
    await goesOn();
  });

  await step('shows “interrupted” after kill -9 of its trainer, and can be resumed', async () => {
    const [trainer] = workbench.trainers();
    process.kill(trainer, 'SIGKILL');
    await run('interrupted').waitFor();
    await workbench.toastButton('interrupted', 'Resume').click();
    await goesOn();
  });

  await step('has buttons in the dashboard: pause, resume', async () => {
    await workbench.command('Show Dashboard');
    const dashboard = await workbench.dashboard();
    await dashboard.getByRole('button', { name: 'Pause' }).click();
    await run('paused').waitFor();
    await dashboard.getByRole('button', { name: 'Resume' }).click();
    await goesOn();
  });

  await step('ends with the page: no process is left 5 s after the extension host has ended', async () => {
    await workbench.openFile('notes.txt');
    await page.keyboard.press('Control+A');
    await workbench.command('Classify Selection');
    await workbench.labels(1);
    assert.equal(workbench.trainers().length, 2);
    const closed = Date.now();
    await page.goto('about:blank');
    const hosts = () => processesOf(workbench.home).filter(isExtensionHost);
    await workbench.until('the end of the extension host', () => hosts().length === 0);
    const ended = Date.now();
    while (startedByExtensions(workbench.home).length > 0 && Date.now() - ended < 20_000)
      await page.waitForTimeout(50);
    const [host, last] = [(ended - closed) / 1000, (Date.now() - ended) / 1000];
    step.fact(
      `after the page was closed the extension host lived ${host.toFixed(1)} s, the last process it had started ${last.toFixed(1)} s longer`,
    );
    assert.deepEqual(startedByExtensions(workbench.home), []);
    assert.ok(last <= 5, `${last} s`);
  });

  await step('was paused by that, and goes on when the window is back', async () => {
    await workbench.load();
    await workbench.openExplorer();
    await run(/paused|interrupted/u).waitFor();
    await workbench.command('Resume Run');
    await goesOn();
  });

  await step('can be stopped, which keeps the best so far: its encoder appears', async () => {
    await run(/epoch ([2-9]|\d\d)/u).waitFor();
    await workbench.command('Stop Run (Keep Best)');
    await workbench.treeRow('Encoders', 'long').waitFor();
    await run('stopped early').waitFor();
  });

  await step('P19: is not run again over its encoder unasked: both can be kept', async () => {
    await workbench.openFile('ulmfit.json');
    await workbench.command('Run Task File');
    await workbench.dialog.filter({ hasText: '“long” already' }).waitFor();
    await workbench.screenshot('taken-name');
    await workbench.dialog.getByRole('button', { name: 'Keep Both' }).click();
    await workbench.treeRow('Runs', 'long-2').filter({ hasText: 'epoch' }).waitFor();
    await workbench.command('Discard Run');
    await workbench.dialog.getByRole('button', { name: 'Discard' }).click();
    await workbench.treeRow('Runs', 'long-2').waitFor({ state: 'hidden' });
    assert.ok(existsSync(join(workbench.store, 'encoders', 'long')));
  });
});

scenario('a run that is discarded', { files, store: smallStore() }, async (workbench, step) => {
  const runs = () => readdirSync(join(workbench.store, 'runs')).length;
  await workbench.openExplorer();
  const before = runs();

  await step('is asked about first', async () => {
    await workbench.openFile('ulmfit.json');
    await workbench.command('Run Task File');
    await workbench.treeRow('Runs', /epoch \d+/u).waitFor();
    assert.equal(runs(), before + 1);
    await workbench.command('Discard Run');
    await workbench.dialog.getByRole('button', { name: 'Cancel' }).click();
    await workbench.treeRow('Runs', /epoch \d+/u).waitFor();
  });

  await step('leaves nothing', async () => {
    await workbench.command('Discard Run');
    await workbench.dialog.getByRole('button', { name: 'Discard' }).click();
    await workbench.until('the run to be gone', () => runs() === before);
    await workbench.treeRow('Runs', 'long').waitFor({ state: 'hidden' });
    assert.ok(!existsSync(join(workbench.store, 'encoders', 'long')));
  });
});
