import { TrainerProcess } from '../protocol/trainerProcess';
import type { Context } from './context';

/** Starts the trainer of a command, which lives as long as the command. @throws UlmfitError `trainer-failed` or `protocol` */
export function startTrainer({ system, output, store, engine, threads }: Context): Promise<TrainerProcess> {
  return TrainerProcess.start({
    trainerPath: system.trainerPath,
    execArgv: system.trainerExecArgv,
    env: system.env,
    hello: { store, engine, ...(threads === undefined ? {} : { threads }) },
    inheritStderr: true,
    onLog(level, line) {
      if (level === 'warning' || level === 'error') output.note(`${level}: ${line}`);
    },
    onSilence(silent) {
      output.note(
        silent
          ? 'The trainer is not responding. Press Ctrl-C twice to end it.'
          : 'The trainer responds again.',
      );
    },
  });
}
