import { randomUUID } from 'node:crypto';
import * as vscode from 'vscode';
import { UlmfitError } from '../../errors';
import type { TrainerClient } from '../trainerClient';

/**
 * Shows a request that takes a while as a notification with progress and Cancel.
 *
 * @param ask makes the request under the name of the task
 * @returns undefined if it was cancelled
 */
export async function withTaskProgress<Result>(
  client: TrainerClient,
  title: string,
  ask: (task: string) => Promise<Result>,
): Promise<Result | undefined> {
  const task = randomUUID();
  const location = vscode.ProgressLocation.Notification;
  return vscode.window.withProgress({ location, title, cancellable: true }, async (progress, token) => {
    let shown = 0;
    const watching = client.onTaskProgress((of, done, total) => {
      if (of !== task || total === 0) return;
      const percent = Math.min(100, Math.floor((100 * done) / total));
      progress.report({ increment: percent - shown, message: vscode.l10n.t('{0} of {1}', done, total) });
      shown = percent;
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
