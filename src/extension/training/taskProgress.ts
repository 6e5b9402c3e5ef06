import { randomUUID } from 'node:crypto';
import * as vscode from 'vscode';
import { UlmfitError } from '../../errors';
import { type ProgressOptions, showProgress } from '../messages/notifications';
import type { TrainerClient } from '../trainerClient';
import { StageMeter } from './stageMeter';

/**
 * Shows a request that takes a while as a notification with progress and Cancel.
 *
 * @param ask makes the request under the name of the task
 * @param stages how often the request counts from its beginning, such as texts first and then steps
 * @param describe says how far it is
 * @returns undefined if it was cancelled
 */
export async function withTaskProgress<Result>(
  client: TrainerClient,
  title: Pick<ProgressOptions, 'template' | 'values'>,
  ask: (task: string) => Promise<Result>,
  stages = 1,
  describe = (done: number, total: number): string => vscode.l10n.t('{0} of {1}', done, total),
): Promise<Result | undefined> {
  const task = randomUUID();
  return showProgress({ ...title, cancellable: true }, async (report, token) => {
    const meter = new StageMeter(stages);
    const watching = client.onTaskProgress((of, done, total) => {
      if (of !== task || total === 0) return;
      report(meter.increment(done, total), describe(done, total));
    });
    const cancelling = token.onCancellationRequested(() => {
      // The answer to the request tells how that went.
      client.request('cancel-task', { task }).then(undefined, () => undefined);
    });
    try {
      return await ask(task);
    } catch (error) {
      if (error instanceof UlmfitError && error.code === 'cancelled') return undefined;
      throw error;
    } finally {
      watching.dispose();
      cancelling.dispose();
    }
  });
}
