import * as vscode from 'vscode';
import { UlmfitError } from '../errors';
import { type CommandId, commandIds } from './commandIds';
import { showProblem } from './messages/notifications';
import { userError } from './messages/userText';

/** What a feature does for commands. Menus give the tree node they were opened on as the first argument. */
export type CommandHandlers = Partial<Record<CommandId, (...args: never[]) => unknown>>;

/**
 * Registers every declared command, so that none is ever unknown, and shows what goes wrong: an error of ours with its
 * remedy, anything else as a defect with a way to the log.
 */
export function registerCommands(handlers: CommandHandlers, log: vscode.LogOutputChannel): vscode.Disposable {
  return vscode.Disposable.from(
    ...commandIds.map((id) =>
      vscode.commands.registerCommand(`ulmfit.${id}`, async (...args: unknown[]) => {
        try {
          const handler = handlers[id];
          if (!handler) throw new Error(`Nobody answers the command ulmfit.${id}.`);
          return await handler(...(args as never[]));
        } catch (error) {
          await showError(error, log);
          return undefined;
        }
      }),
    ),
  );
}

/** Tells the user, and the log, what went wrong. A cancellation is no error. */
export async function showError(error: unknown, log: vscode.LogOutputChannel): Promise<void> {
  if (error instanceof vscode.CancellationError) return;
  if (error instanceof UlmfitError) {
    if (error.code !== 'cancelled') tellError(error, log);
    return;
  }
  log.error(error instanceof Error ? error : String(error));
  const showLog = vscode.l10n.t('Show Log');
  const message = error instanceof Error ? error.message : String(error);
  const chosen = await showProblem(vscode.l10n.t('ULMFiT failed: {0}'), [message], showLog);
  if (chosen === showLog) log.show();
}

/** Shows an error of ours with what to do about it, without waiting for the user to close it. */
export function tellError(error: UlmfitError, log: vscode.LogOutputChannel): void {
  log.warn(`${error.message} ${error.remedy}`);
  void showProblem('{0}', [userError(error)]);
}
