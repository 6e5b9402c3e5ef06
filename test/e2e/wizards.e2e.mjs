import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { scenario } from './scenario.mjs';
import { smallCsv, textOf } from './smallData.mjs';

scenario(
  'the wizards',
  {
    files: { 'rows.csv': smallCsv(120), 'notes.txt': textOf(2) },
    settings: { 'ulmfit.languageModel.size': 'small', 'ulmfit.languageModel.epochs': 1 },
  },
  async (workbench, step) => {
    const { page } = workbench;
    const enter = () => page.keyboard.press('Enter');
    const firstRow = (text) => workbench.rows.first().filter({ hasText: text }).waitFor();
    await workbench.openExplorer();
    await workbench.openFile('rows.csv');

    await step('Fine-Tune Language Model: Enter all the way, and once Back', async () => {
      await workbench.command('Fine-Tune Language Model…');
      let isBack = false;
      await workbench.answerQuestions(
        {
          'File or folder': async () => {
            await firstRow('rows.csv');
            await enter();
          },
          'Columns of the text': async () => {
            // The first cells are shown beside the column.
            await firstRow(textOf(0).slice(0, 20));
            await workbench.screenshot('wizard-columns');
            await enter();
          },
          'Size of the model': async () => {
            await workbench.rows.and(page.locator('.focused')).filter({ hasText: 'Small' }).waitFor();
            if (isBack) return enter();
            isBack = true;
            await page.locator('.quick-input-titlebar a.action-label[aria-label^="Back"]').click();
          },
          'Name of the encoder': async () => {
            assert.equal(await workbench.input.inputValue(), 'rows');
            await enter();
          },
        },
        () => workbench.treeRow('Runs', 'rows').isVisible(),
      );
      assert.ok(isBack);
      await workbench.treeRow('Encoders', 'rows').waitFor({ timeout: 180_000 });
    });

    await step('Train Classifier, from the encoder: Enter all the way, with a task file', async () => {
      await workbench.openFile('rows.csv');
      await workbench.inlineAction(workbench.treeRow('Encoders', 'rows'), 'Train Classifier');
      const file = join(workbench.workspace, 'ulmfit.json');
      const questions = await workbench.answerQuestions(
        {
          'Column of the label': async () => {
            await firstRow('weather 60');
            await workbench.screenshot('wizard-label');
            await enter();
          },
          'Name of the model': async () => {
            assert.equal(await workbench.input.inputValue(), 'rows-classifier');
            await enter();
          },
          '“rows-classifier” on the encoder “rows”': () => workbench.pick('Save as ulmfit.json and Start'),
        },
        () => workbench.quickTitle.filter({ hasText: 'Save Task File' }).isVisible(),
      );
      assert.ok(!questions.includes('Encoder'), 'the encoder is known');
      // The dialog of VS Code in a browser proposes the path.
      await workbench.until('the proposed path', async () =>
        (await workbench.input.inputValue()).endsWith('ulmfit.json'),
      );
      const ok = page.locator('.quick-input-widget').getByRole('button', { name: 'OK' });
      await workbench.until('the task file', async () => {
        if (!existsSync(file)) await ok.click({ timeout: 1000 }).catch(() => undefined);
        return existsSync(file);
      });
      const { classifier } = JSON.parse(readFileSync(file, 'utf8'));
      assert.deepEqual(
        [classifier.name, classifier.encoder, classifier.data, classifier.label],
        ['rows-classifier', 'rows', ['rows.csv'], 'label'],
      );
      await workbench.treeRow('Models', 'rows-classifier').waitFor({ timeout: 240_000 });
    });

    await step('P19: a taken name is replaced only by who says so', async () => {
      const manifest = join(workbench.store, 'encoders', 'rows', 'manifest.json');
      const madeAt = () => JSON.parse(readFileSync(manifest, 'utf8')).createdAt;
      const before = madeAt();
      await workbench.openFile('rows.csv');
      await workbench.command('Fine-Tune Language Model…');
      let isNamed = false;
      await workbench.answerQuestions(
        {
          'Name of the encoder': async () => {
            await workbench.input.fill('rows');
            await enter();
            await workbench.pick('Choose Another Name');
            const isAskedAgain = async () => (await workbench.input.inputValue()) === 'rows';
            await workbench.until('the name to be asked for again', isAskedAgain);
            await enter();
            await workbench.rows.filter({ hasText: 'Replace It' }).waitFor();
            await workbench.screenshot('wizard-replace');
            await workbench.pick('Replace It');
            isNamed = true;
          },
        },
        async () => isNamed && !(await workbench.input.isVisible()),
      );
      await workbench.until('the encoder to be replaced', () => existsSync(manifest) && madeAt() !== before);
    });

    await step('Find Learning Rate suggests one and shows it', async () => {
      await workbench.openFile('rows.csv');
      await workbench.command('Find Learning Rate…');
      const toast = workbench.toast(/Suggested learning rate|too short for a suggestion/u);
      await workbench.answerQuestions({}, () => toast.isVisible());
      step.fact(`Find Learning Rate: ${(await toast.innerText()).replaceAll(/\s+/gu, ' ')}`);
      await workbench.clearToasts();
    });

    await step('Generate Text writes on behind the selection', async () => {
      await workbench.openFile('notes.txt');
      const before = textOf(2);
      await page.keyboard.press('Control+A');
      await workbench.command('Generate Text…');
      const text = () => page.locator('.editor-instance .view-lines').first().innerText();
      const isLonger = async () => (await text()).trim().length > before.length + 8;
      await workbench.answerQuestions(
        {
          'How the text begins': async () => {
            assert.equal(await workbench.input.inputValue(), before);
            await enter();
          },
          'Number of words': async () => {
            await workbench.input.fill('8');
            await enter();
          },
        },
        isLonger,
      );
    });

    await step('Check Engines says what works', async () => {
      await workbench.command('Check Engines');
      await workbench.quickTitle.filter({ hasText: /Everything works|needs your attention/u }).waitFor();
      await workbench.screenshot('engines');
      await workbench.pick('Copy Report');
      const report = await page.evaluate(() => navigator.clipboard.readText());
      step.fact(`Check Engines: ${report.split('\n').join(' | ')}`);
    });
  },
);
