import { resolve } from 'node:path';
import type { Command } from 'commander';
import * as v from 'valibot';
import { UlmfitError } from '../../errors';
import { trainClassifierOptions } from '../../options/classifier';
import { trainEncoderOptions } from '../../options/languageModel';
import { parseTask } from '../../options/taskFile';
import { someEpochs } from '../../options/values';
import { readBounded } from '../../store/json';
import { claimName } from '../../store/runNames';
import { readRunFile } from '../../store/runs';
import { Store } from '../../store/store';
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
    if (!options.replace) await refuseTakenName(context, name);
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

  const resume = program
    .command('resume')
    .description('go on with a run that was interrupted, paused or stopped')
    .argument('<id>', 'id of the run')
    .option('--replace', replaceOther)
    .addHelpText('after', example('ulmfit resume 20240607-153012-4f1c'));
  run(resume, (context, id) => followRun(context, 'resume', { run: id, ...resume.opts<Replace>() }));

  const extend = program
    .command('extend')
    .description('train further epochs of a run that is done')
    .argument('<id>', 'id of the run')
    .requiredOption('--epochs <n>', 'further epochs', number)
    .option('--replace', replaceOther)
    .addHelpText('after', example('ulmfit extend 20240607-153012-4f1c --epochs 2'));
  run(extend, (context, id) => {
    const { replace } = extend.opts<Replace>();
    const { epochs } = checkedOptions(v.object({ epochs: someEpochs }), extend.opts());
    return followRun(context, 'extend', { run: id, epochs, replace });
  });

  const running = program
    .command('run')
    .description('train what a task file says: a language model, a classifier, or one after the other')
    .argument('<ulmfit.json>', 'the file, as VS Code writes it')
    .option('--replace', 'replace what has the names now, when the runs are done')
    .addHelpText('after', example('ulmfit run ulmfit.json'));
  run(running, (context, path) => runTask(context, path, running.opts<Replace>()));

  const rerunning = program
    .command('rerun')
    .description('train again as a run.json says')
    .argument('<run.json>', 'file of a run')
    .option('--name <name>', 'name of what is made (default: as in the file)')
    .option('--replace', 'replace what has the name now, when the run is done')
    .addHelpText('after', example('ulmfit rerun run.json --name tickets-again'));
  run(rerunning, (context, path) =>
    rerun(context, path, rerunning.opts<{ name?: string; replace?: boolean }>()),
  );
}

const replaceOther = 'replace what has the name now, although another run or somebody has put it there';
interface Replace {
  readonly replace?: boolean;
}

/** The trainer refuses it, too; here it is known before a pretrained model is downloaded. */
async function refuseTakenName(context: Context, name: string): Promise<void> {
  await claimName(new Store(context.store), { kind: 'encoder', name }, false);
}

const mostTaskBytes = 2 ** 20;

async function runTask(context: Context, file: string, replacing: Replace): Promise<void> {
  const path = resolve(file);
  const text = new TextDecoder().decode(await readBounded(path, mostTaskBytes));
  const { languageModel, classifier } = parseTask(text, path);
  if (languageModel) {
    const options = checkedOptions(trainEncoderOptions, { ...languageModel, ...replacing });
    if (!options.replace) await refuseTakenName(context, options.name);
    await ensurePretrained(context, options, {});
    await followRun(context, 'train-encoder', options);
  }
  if (classifier) await followRun(context, 'train-classifier', { ...classifier, ...replacing });
}

async function rerun(
  context: Context,
  path: string,
  { name, replace = false }: { readonly name?: string } & Replace,
): Promise<void> {
  const { kind, options: written } = await readRunFile(path);
  const options = { ...written, replace, ...(name === undefined ? {} : { name: nameOption(name) }) };
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
    if (!replace) await refuseTakenName(context, encoder.name);
    await ensurePretrained(context, encoder, {});
    await followRun(context, 'train-encoder', encoder);
  } else await followRun(context, 'train-classifier', v.parse(trainClassifierOptions, options));
}
