import type { Command } from 'commander';
import { requests } from '../../protocol/requests';
import type { Context } from '../context';
import { example } from '../helpText';
import { checkedOptions } from '../options';
import { UsageError } from '../usageError';
import { withTrainer } from '../withTrainer';

type Run = (command: Command, action: (context: Context, ...operands: [string[]]) => Promise<void>) => void;

/** ensemble. */
export function addEnsembleCommand(program: Command, run: Run): void {
  const ensemble = program
    .command('ensemble')
    .description('make a model that averages the answers of others, such as one forward and one backward')
    .argument('<models...>', 'names of at least two models with the same classes; they are copied')
    .requiredOption('--name <name>', 'name of the ensemble')
    .option('--replace', 'replace the model that has the name now')
    .addHelpText('after', example('ulmfit ensemble --name queue queue-forward queue-backward'));
  run(ensemble, async (context, models) => {
    if (models.length < 2) throw new UsageError('Name at least two models.');
    const params = checkedOptions(requests['make-ensemble'].params, { ...ensemble.opts(), models });
    const result = await withTrainer(context, ({ connection }) =>
      connection.request('make-ensemble', params),
    );
    await context.output.result(result, () => {
      context.output.line(`${result.name} averages ${result.members.join(' and ')}.`);
    });
  });
}
