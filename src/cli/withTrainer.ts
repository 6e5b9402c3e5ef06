import type { Context } from './context';
import type { TrainerProcess } from '../protocol/trainerProcess';
import { startTrainer } from './trainerProcess';
import { InterruptedError } from './usageError';

/** What a command may do about the first Ctrl-C. */
export interface Interruption {
  /** Sets what the first Ctrl-C does, instead of ending the trainer at once. The second always ends it. */
  onFirst(listener: () => void): void;
}

/**
 * Starts the trainer, lets `use` talk to it, and ends it.
 *
 * @throws InterruptedError after Ctrl-C, whatever `use` did then; OutputFailure as soon as nothing can be printed any more
 */
export async function withTrainer<Result>(
  context: Context,
  use: (trainer: TrainerProcess, interruption: Interruption) => Promise<Result>,
): Promise<Result> {
  let interrupts = 0;
  let onFirst: (() => void) | undefined;
  let endNow: (error: Error) => void = () => undefined;
  let trainer: TrainerProcess | undefined;
  const interrupted = new Promise<never>((_, reject) => {
    endNow = reject;
  });
  // It may be rejected while nobody waits for it.
  interrupted.catch(() => undefined);
  const stopListening = context.system.onInterrupt(() => {
    interrupts++;
    if (interrupts === 1 && onFirst) {
      onFirst();
      return;
    }
    trainer?.kill();
    endNow(new InterruptedError());
  });
  const work = async () => {
    trainer = await startTrainer(context);
    return use(trainer, {
      onFirst(listener) {
        onFirst = listener;
      },
    });
  };
  try {
    const result = await Promise.race([work(), interrupted, context.output.failed]);
    if (interrupts > 0) throw new InterruptedError();
    return result;
  } catch (error) {
    throw interrupts > 0 ? new InterruptedError() : error;
  } finally {
    // Ctrl-C while the trainer saves its last checkpoint ends it too, so listening stops only after that.
    await Promise.race([trainer?.end(), interrupted.catch(() => trainer?.gone())]);
    stopListening();
  }
}
