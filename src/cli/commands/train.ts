import type { Command } from 'commander';
import * as v from 'valibot';
import { UlmfitError } from '../../errors';
import { claimName } from '../../store/runNames';
import { readRunFile } from '../../store/runs';
import { Store } from '../../store/store';
import { someEpochs, trainClassifierOptions, trainEncoderOptions } from '../../protocol/options';
import type { Context } from '../context';
import { followRun } from '../followRun';
import { example } from '../helpText';
import { batchSize, checkedOptions, collect, nameOption, number, numbers } from '../options';
import { ensurePretrained } from '../pretrained';

type Run = (command: Command, action: (context: Context, ...operands: string[]) => Promise<void>) => void;

/** train-encoder, train-classifier, resume, extend, rerun. */
export function addTrainingCommands(program: Command, run: Run): void {
  const encoder = program
    .command('train-encoder')
    .description('fine-tune a language model on texts and keep its encoder')
    .requiredOption('--name <name>', 'name of the encoder')
    .requiredOption('--data <path...>', 'files or folders with the texts')
    .option('--text <column>', 'column of the text; may be given several times', collect)
    .option('--valid <file>', 'file with the rows to validate on')
    .option('--valid-pct <part>', 'part of the data to validate on (default: 0.1)', number)
    .option('--pretrained <model>', 'wt103, an encoder of the store, a file, or none (default: none)')
    .option('--backwards', 'read texts from their end, as one half of an ensemble')
    .option('--pretrained-url <address>', 'folder to download wt103 from, instead of fastai’s own')
    .option('--yes', 'download it without asking before')
    .option('--drop-mult <factor>', 'factor for all dropouts (default: 1)', number)
    .option('--bs <n>', 'batch size, or auto (default: auto)', batchSize)
    .option('--bptt <n>', 'tokens back in time (default: 70)', number)
    .option('--epochs <n>', 'epochs (default: 1)', number)
    .option('--lr <rate>', 'peak learning rate (default: 1e-2)', number)
    .option('--unfreeze-epochs <n>', 'epochs with all layers after these', number)
    .option('--unfreeze-lr <rate>', 'peak learning rate of those', number)
    .option('--emb-sz <n>', 'size of the word vectors (default: of the pretrained model, or 400)', number)
    .option('--n-hid <n>', 'size of the hidden layers (default: of the pretrained model, or 1152)', number)
    .option('--n-layers <n>', 'number of layers (default: of the pretrained model, or 3)', number)
    .option('--max-vocab <n>', 'size of the vocabulary (default: 60000)', number)
    .option('--min-freq <n>', 'least frequency of a word (default: 2)', number)
    .option('--seed <n>', 'seed of all random numbers (default: 42)', number)
    .option('--replace', 'replace the encoder that has the name now, when the run is done')
    .addHelpText(
      'after',
      example('ulmfit train-encoder --name tickets --data tickets.csv --text body --epochs 3'),
    );
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
    .requiredOption('--name <name>', 'name of the model')
    .requiredOption('--encoder <name>', 'encoder to start from')
    .requiredOption('--data <path...>', 'files or folders with the labelled texts')
    .option('--text <column>', 'column of the text; may be given several times', collect)
    .option('--label <column>', 'column of the label')
    .option('--valid <file>', 'file with the rows to validate on')
    .option('--valid-pct <part>', 'part of the data to validate on (default: 0.2)', number)
    .option('--backwards', 'fail unless the encoder reads texts from their end')
    .option('--drop-mult <factor>', 'factor for all dropouts (default: 0.5)', number)
    .option('--bs <n>', 'batch size, or auto (default: 32)', batchSize)
    .option('--epochs <n,…>', 'epochs, or those of each phase of unfreezing', numbers)
    .option('--lr <rate,…>', 'peak learning rate, or that of each phase', numbers)
    .option('--class-weights <how>', 'none, or balanced for labels of unequal number (default: none)')
    .option('--seed <n>', 'seed of all random numbers (default: 42)', number)
    .option('--replace', 'replace the model that has the name now, when the run is done')
    .addHelpText(
      'after',
      example(
        'ulmfit train-classifier --name queue --encoder tickets --data labelled.csv --text body --label queue',
      ),
    );
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
