import { Command, CommanderError, Option } from 'commander';
import { version } from '../../package.json';
import { UlmfitError } from '../errors';
import { type EngineFallback, engineFallbacks, engineNames, type EngineName } from '../options/process';
import { asUlmfitError } from '../systemErrors';
import { Store } from '../store/store';
import { addEnsembleCommand } from './commands/ensemble';
import { addInferenceCommands } from './commands/infer';
import { addModelFileCommands } from './commands/modelFiles';
import { addStoreCommands } from './commands/storeCommands';
import { addTrainingCommands } from './commands/train';
import type { Context, System } from './context';
import { number } from './options';
import { Output } from './output';
import { OutputFailure, OutputWatch } from './outputWatch';
import { InterruptedError, UsageError } from './usageError';

export const exitCodes = { done: 0, failed: 1, usage: 2, interrupted: 130 } as const;

interface GlobalOptions {
  readonly json?: true;
  readonly store?: string;
  readonly engine?: EngineName;
  readonly engineFallback?: EngineFallback;
  readonly threads?: number;
}

/**
 * Runs the command line.
 *
 * @param args the arguments after the program's name
 * @returns the exit code when all that was printed is written: 0 done, 1 failed, which is also where that could not be
 * written, 2 wrong usage, 130 cancelled
 */
export async function runCommandLine(args: readonly string[], system: System): Promise<number> {
  // Known before the arguments are parsed, so that wrong usage is told in the right form too.
  const watch = new OutputWatch(system);
  let output = new Output(system, args.includes('--json'), watch);
  const program = new Command('ulmfit')
    .description('Train private text classifiers on your own texts: ULMFiT without Python.')
    .version(version)
    .option('--json', 'print one JSON object a line')
    .option(
      '--store <dir>',
      'folder of encoders, models and runs (default: ULMFIT_STORE or a folder of yours)',
    )
    .addOption(new Option('--engine <name>', 'where to compute (default: auto)').choices(engineNames))
    .addOption(
      new Option(
        '--engine-fallback <name>',
        'where to compute if the engine fails its check (default: none, the run does not start)',
      ).choices(engineFallbacks),
    )
    .option('--threads <n>', 'threads to compute with', number)
    .configureHelp({ showGlobalOptions: true })
    .configureOutput({
      writeOut: (text) => system.stdout.write(text),
      writeErr: (text) => system.stderr.write(text),
    })
    .showHelpAfterError('(--help shows the flags)')
    .exitOverride();

  const run = <Operands extends unknown[]>(
    command: Command,
    action: (context: Context, ...operands: Operands) => Promise<void>,
  ): void => {
    command.action(async () => {
      const options = program.opts<GlobalOptions>();
      const { threads } = options;
      if (threads !== undefined && (!Number.isInteger(threads) || threads < 1 || threads > 1024)) {
        throw new UsageError('--threads: It must be a whole number from 1 to 1024.');
      }
      output = new Output(system, options.json === true, watch);
      const store = new Store(options.store ?? Store.defaultRoot(system.env)).root;
      const context: Context = {
        system,
        output,
        store,
        engine: options.engine ?? 'auto',
        engineFallback: options.engineFallback ?? 'none',
        threads,
      };
      await action(context, ...(command.processedArgs as Operands));
    });
  };
  addTrainingCommands(program, run);
  addInferenceCommands(program, run);
  addEnsembleCommand(program, run);
  addStoreCommands(program, run);
  addModelFileCommands(program, run);

  try {
    const code: number = await program.parseAsync(args, { from: 'user' }).then(
      () => exitCodes.done,
      (error: unknown) => exitCodeOf(error, output),
    );
    await watch.settle();
    return code;
  } catch (error) {
    if (!(error instanceof OutputFailure)) throw error;
    if (!error.isClosed) output.note(`Error: ${error.message}`);
    return exitCodes.failed;
  }
}

/** What a command's error is told as. @throws OutputFailure, and what is a defect */
async function exitCodeOf(thrown: unknown, output: Output): Promise<number> {
  const error = asUlmfitError(thrown);
  if (error instanceof InterruptedError) return exitCodes.interrupted;
  if (error instanceof CommanderError) {
    if (error.exitCode === 0) return exitCodes.done;
    // Commander has printed what is wrong; programs get it as an object too.
    if (output.json) await printUsage(error.message, output);
    return exitCodes.usage;
  }
  if (error instanceof UsageError) {
    output.note(`error: ${error.message}\n(--help shows the flags)`);
    if (output.json) await printUsage(error.message, output);
    return exitCodes.usage;
  }
  if (error instanceof UlmfitError) {
    await output.error(error);
    return error.code === 'cancelled' ? exitCodes.interrupted : exitCodes.failed;
  }
  throw error;
}

async function printUsage(message: string, output: Output): Promise<void> {
  await output.object({ event: 'error', code: 'bad-setting', message, remedy: 'See --help.' });
}
