import { UlmfitError } from '../errors';
import { endsRun, type RunEvent, type RunEventOf } from '../protocol/events';
import type { RequestMethod, RequestParams } from '../protocol/requests';
import type { Context } from './context';
import { OutputFailure } from './outputWatch';
import { RunPrinter } from './runPrinter';
import { withTrainer } from './withTrainer';

type RunMethod = Extract<RequestMethod, 'train-encoder' | 'train-classifier' | 'resume' | 'extend'>;

/**
 * Begins a run and prints its events until it ends. The first Ctrl-C stops it with the best so far, if there is one.
 *
 * @throws UlmfitError that ended the run, InterruptedError, or OutputFailure when the run was paused because nobody can
 * see it any more
 */
export async function followRun<M extends RunMethod>(
  context: Context,
  method: M,
  params: RequestParams<M>,
): Promise<void> {
  const { output } = context;
  const printer = new RunPrinter(context);
  let id: string | undefined;
  let ending: RunEvent['event'] | undefined;
  try {
    await withTrainer(context, async ({ connection }, interruption) => {
      const events = new EventQueue();
      connection.onNotification('event', ({ event }) => {
        if (endsRun(event)) ending = event.event;
        events.push(event);
      });
      connection.onClose(() => {
        events.close();
      });
      const { run } = await connection.request(method, params);
      let hasEpoch = false;
      id = run;
      interruption.onFirst(() => {
        printer.clear();
        // Of a run that goes on only its end tells whether there is something to keep.
        const kept = hasEpoch ? ', and keeping the best so far' : '';
        output.note(`Stopping${kept}. Ctrl-C again ends at once.`);
        connection.request('cancel', { run, mode: 'stop' }).catch((error: unknown) => {
          output.note(error instanceof Error ? error.message : String(error));
        });
      });
      for (;;) {
        const event = await events.next();
        if (event === undefined) throw ended(run);
        await printer.print(event);
        hasEpoch ||= event.event === 'epoch';
        if (event.event === 'error') throw errorOf(event);
        if (endsRun(event)) return;
      }
    });
  } catch (error) {
    // Whoever let `head` end the output meant that, but not that the run ends.
    if (error instanceof OutputFailure && ending === 'paused' && id !== undefined) {
      output.note(
        `Nobody can read the output any more, so the run was paused. "ulmfit resume ${id}" goes on.`,
      );
    }
    throw error;
  } finally {
    printer.clear();
  }
}

/** Keeps events until they are printed, which may wait for a slow reader. */
class EventQueue {
  private readonly events: RunEvent[] = [];
  private wake: () => void = () => undefined;
  private closed = false;

  push(event: RunEvent): void {
    this.events.push(event);
    this.wake();
  }

  close(): void {
    this.closed = true;
    this.wake();
  }

  /** The next event, or undefined when no more can come. */
  async next(): Promise<RunEvent | undefined> {
    while (this.events.length === 0 && !this.closed) {
      await new Promise<void>((resolve) => {
        this.wake = resolve;
      });
    }
    return this.events.shift();
  }
}

function errorOf({ code, message, remedy }: RunEventOf<'error'>): UlmfitError {
  return new UlmfitError(code, message, remedy);
}

function ended(run: string): UlmfitError {
  return new UlmfitError(
    'trainer-failed',
    'The trainer ended unexpectedly.',
    `"ulmfit resume ${run}" goes on from the last checkpoint.`,
  );
}
