import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Command } from 'commander';
import * as v from 'valibot';
import { UlmfitError } from '../../errors';
import { parseTask } from '../../options/taskFile';
import { unreadableFile } from '../../store/fileErrors';
import { readRunFile } from '../../store/runs';
import { trainClassifierOptions } from '../../options/classifier';
import { trainEncoderOptions } from '../../options/languageModel';
import type { Context } from '../context';
import { followRun } from '../followRun';
import { example } from '../helpText';
import { checkedOptions, nameOption, number } from '../options';
import { ensurePretrained } from '../pretrained';
import { addSettingFlags } from '../settingFlags';

type Run = (command: Command, action: (context: Context, ...operands: string[]) => Promise<void>) => void;

/** train-encoder, train-classifier, resume, extend, rerun. */
export function addTrainingCommands(program: Command, run: Run): void {
  const encoder = program
    .command('train-encoder')
    .description('fine-tune a language model on texts and keep its encoder')
    .option('--pretrained-url <address>', 'folder to download wt103 from, instead of fastai’s own')
    .option('--yes', 'download it without asking before')
    .addHelpText(
      'after',
      example('ulmfit train-encoder --name tickets --data tickets.csv --text body --epochs 3'),
    );
  addSettingFlags(encoder, trainEncoderOptions.entries);
  run(encoder, async (context) => {
    const { pretrainedUrl: url, yes, ...flags } = encoder.opts<{ pretrainedUrl?: string; yes?: boolean }>();
    const options = checkedOptions(trainEncoderOptions, flags);
    const name = nameOption(options.name);
    await ensurePretrained(context, options, { url, yes });
    await followRun(context, 'train-encoder', { ...options, name });
  });

  const classifier = program
    .command('train-classifier')
    .description('train a classifier on an encoder')
    .addHelpText(
      'after',
      example(
        'ulmfit train-classifier --name queue --encoder tickets --data labelled.csv --text body --label queue',
      ),
    );
  addSettingFlags(classifier, trainClassifierOptions.entries);
  run(classifier, async (context) => {
    const options = checkedOptions(trainClassifierOptions, classifier.opts());
    await followRun(context, 'train-classifier', { ...options, name: nameOption(options.name) });
  });

  run(
    program
      .command('resume')
      .description('go on with a run that was interrupted, paused or stopped')
      .argument('<id>', 'id of the run')
      .addHelpText('after', example('ulmfit resume 20240607-153012-4f1c')),
    (context, id) => followRun(context, 'resume', { run: id }),
  );

  const extend = program
    .command('extend')
    .description('train further epochs of a run that is done')
    .argument('<id>', 'id of the run')
    .requiredOption('--epochs <n>', 'further epochs', number)
    .addHelpText('after', example('ulmfit extend 20240607-153012-4f1c --epochs 2'));
  run(extend, (context, id) => {
    const { epochs } = checkedOptions(
      v.object({ epochs: v.pipe(v.number(), v.safeInteger(), v.minValue(1)) }),
      extend.opts(),
    );
    return followRun(context, 'extend', { run: id, epochs });
  });

  run(
    program
      .command('run')
      .description('train what a task file says: a language model, a classifier, or one after the other')
      .argument('<ulmfit.json>', 'the file, as VS Code writes it')
      .addHelpText('after', example('ulmfit run ulmfit.json')),
    runTask,
  );

  run(
    program
      .command('rerun')
      .description('train again as a run.json says')
      .argument('<run.json>', 'file of a run')
      .addHelpText('after', example('ulmfit rerun run.json')),
    rerun,
  );
}

async function runTask(context: Context, file: string): Promise<void> {
  const path = resolve(file);
  const { languageModel, classifier } = parseTask(await readTaskFile(path), path);
  if (languageModel) {
    const options = checkedOptions(trainEncoderOptions, languageModel);
    await ensurePretrained(context, options, {});
    await followRun(context, 'train-encoder', options);
  }
  if (classifier) await followRun(context, 'train-classifier', classifier);
}

async function readTaskFile(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    throw unreadableFile(path, error);
  }
}

async function rerun(context: Context, path: string): Promise<void> {
  const { kind, options } = await readRunFile(path);
  const checked =
    kind === 'encoder'
      ? v.safeParse(trainEncoderOptions, options)
      : v.safeParse(trainClassifierOptions, options);
  if (!checked.success) {
    const [issue] = checked.issues;
    throw new UlmfitError(
      'corrupt-file',
      `${path} has a wrong setting: ${v.getDotPath(issue) ?? 'options'}: ${issue.message}.`,
      'Correct the file, or give the settings as flags.',
    );
  }
  if (kind === 'encoder') {
    const encoder = v.parse(trainEncoderOptions, options);
    await ensurePretrained(context, encoder, {});
    await followRun(context, 'train-encoder', encoder);
  } else await followRun(context, 'train-classifier', v.parse(trainClassifierOptions, options));
}
