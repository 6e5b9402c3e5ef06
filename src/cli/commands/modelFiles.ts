import { extname, resolve } from 'node:path';
import { type Command, Option } from 'commander';
import { exportFormats } from '../../options/export';
import { requests } from '../../protocol/requests';
import { pretrainedModel, pretrainedModels } from '../../store/pretrainedModels';
import { Store } from '../../store/store';
import type { Context } from '../context';
import { followTask } from '../followTask';
import { example } from '../helpText';
import { checkedOptions, nameOption } from '../options';
import { downloadModel } from '../pretrained';
import { resolveName } from '../resolveName';
import { plural } from '../runPrinter';
import { UsageError } from '../usageError';

type Run = <Operands extends unknown[]>(
  command: Command,
  action: (context: Context, ...operands: Operands) => Promise<void>,
) => void;

/** download, import, export: models from elsewhere, and for elsewhere. */
export function addModelFileCommands(program: Command, run: Run): void {
  const download = program
    .command('download')
    .description('download a pretrained language model, once')
    .argument('[name]', 'wt103-fwd or wt103-bwd', 'wt103-fwd')
    .option('--url <address>', 'folder of a mirror (default: ULMFIT_PRETRAINED_URL, or fastai’s own)')
    .option('--yes', 'do not ask before')
    .addHelpText('after', example('ulmfit download wt103-fwd'));
  run(download, async (context, name: string) => {
    const model = pretrainedModel(name);
    if (!model) {
      throw new UsageError(
        `There is no "${name}" to download: ${pretrainedModels.map((m) => m.name).join(', ')}.`,
      );
    }
    const result = await downloadModel(context, model, download.opts());
    await context.output.result(result, () => {
      context.output.line(`Encoder "${result.name}" with ${plural(result.words, 'word')} is in the store.`);
    });
  });

  const importing = program
    .command('import')
    .description('take over a model of fastai, or one that was exported')
    .argument(
      '<file...>',
      '.pth, .safetensors, .tgz, .zip, export.pkl or a folder; a second file has its words',
    )
    .requiredOption('--name <name>', 'its name in the store')
    .option('--vocab <file>', 'file with its words: fastai’s itos .pkl, or a JSON list')
    .option(
      '--classes <a,b,…>',
      'classes of a classifier in the order of its outputs, if the file has none',
      (text) => text.split(','),
    )
    .addHelpText(
      'after',
      example('ulmfit import wt103-fwd.tgz --name wt103-fwd') +
        '  ulmfit import german.pth german_itos.pkl --name german\n',
    );
  run(importing, async (context, files: string[]) => {
    const { name, vocab, ...options } = importing.opts<{
      name: string;
      vocab?: string;
      classes?: string[];
    }>();
    const { weights, words = vocab } = sortFiles(files, vocab);
    const params = checkedOptions(requests['import-model'].params, {
      ...options,
      name: nameOption(name),
      path: resolve(weights),
      ...(words === undefined ? {} : { vocab: resolve(words) }),
    });
    const result = await followTask(context, 'reading', (connection, task) =>
      connection.request('import-model', { ...params, task }),
    );
    await context.output.result(result, () => {
      for (const warning of result.warnings) context.output.note(`Warning: ${warning}`);
      context.output.line(`Read ${result.format}.`);
      context.output.line(`Saved ${result.kind} "${result.name}" with ${plural(result.words, 'word')}.`);
      if (result.classes) context.output.line(`Classes: ${result.classes.join(', ')}`);
    });
  });

  const exporting = program
    .command('export')
    .description('write an encoder or a model for use elsewhere')
    .argument('<name>', 'its name; encoders/NAME or models/NAME if both have it')
    .addOption(new Option('--format <format>', 'what to write').choices(exportFormats).makeOptionMandatory())
    .requiredOption('--out <folder>', 'folder to write to, new or empty')
    .option('--int8', 'of an ONNX file: the large matrices with eight bits a number')
    .addHelpText('after', example('ulmfit export queue --format onnx --out queue-onnx'));
  run(exporting, async (context, given: string) => {
    const { kind, name } = await resolveName(new Store(context.store), given);
    if (kind === 'runs')
      throw new UsageError(`"${given}" is a run. Export the encoder or model that it made.`);
    const options = exporting.opts<{ out: string }>();
    const params = checkedOptions(requests['export-model'].params, {
      ...options,
      kind: kind === 'encoders' ? 'encoder' : 'model',
      name,
      out: resolve(options.out),
    });
    const result = await followTask(context, 'writing', (connection, task) =>
      connection.request('export-model', { ...params, task }),
    );
    await context.output.result(result, () => {
      for (const file of result.files) context.output.line(file);
    });
  });
}

/** Which of one or two files has the weights. @throws UsageError */
function sortFiles(files: readonly string[], vocab: string | undefined): { weights: string; words?: string } {
  const [first = '', second, ...others] = files;
  if (second === undefined) return { weights: first };
  if (others.length > 0 || vocab !== undefined) {
    throw new UsageError('Give one file with weights and at most one with its words.');
  }
  const hasWords = (file: string) => ['.pkl', '.json'].includes(extname(file).toLowerCase());
  return hasWords(first) && !hasWords(second)
    ? { weights: second, words: first }
    : { weights: first, words: second };
}
