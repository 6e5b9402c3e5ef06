import * as vscode from 'vscode';
import { sizeText } from '../explorer/quantities';
import { userLanguage } from '../explorer/userLanguage';
import type { ProgressOptions } from '../messages/notifications';
import { withTaskProgress } from '../training/taskProgress';
import type { TrainerClient } from '../trainerClient';

/**
 * Shows a request that counts bytes.
 *
 * @param stages such as downloading, reading, writing
 * @returns undefined if it was cancelled
 */
export function withByteProgress<Result>(
  client: TrainerClient,
  title: Pick<ProgressOptions, 'template' | 'values'>,
  stages: number,
  ask: (task: string) => Promise<Result>,
): Promise<Result | undefined> {
  const describe = (done: number, total: number) =>
    vscode.l10n.t('{0} of {1}', sizeText(done, userLanguage), sizeText(total, userLanguage));
  return withTaskProgress(client, title, ask, stages, describe);
}
