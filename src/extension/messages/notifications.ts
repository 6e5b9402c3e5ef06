import * as vscode from 'vscode';
import { withoutIcons } from '../explorer/plainText';
import { sentence, type Value, withoutLinks } from './sentence';

/*
 * The only place that lets VS Code show a message, a progress, or a line in the status bar (the linter says so): what
 * files, runs and programs are called stands in them as text, never as a link or an icon.
 *
 * A template is localised, `vscode.l10n.t('… {0} …')`, and gets its values here and not there.
 */

/** A notification. @returns the button that was pressed */
export function showInformation(
  template: string,
  values: readonly Value[] = [],
  ...buttons: string[]
): Thenable<string | undefined> {
  return vscode.window.showInformationMessage(sentence(template, values), ...buttons);
}

/** A notification. @returns the button that was pressed */
export function showWarning(
  template: string,
  values: readonly Value[] = [],
  ...buttons: string[]
): Thenable<string | undefined> {
  return vscode.window.showWarningMessage(sentence(template, values), ...buttons);
}

/** A notification. @returns the button that was pressed */
export function showProblem(
  template: string,
  values: readonly Value[] = [],
  ...buttons: string[]
): Thenable<string | undefined> {
  return vscode.window.showErrorMessage(sentence(template, values), ...buttons);
}

/** What a dialog asks, which waits for its answer. */
export interface Question {
  readonly template: string;
  readonly values?: readonly Value[];
  /** Paragraphs below the question. */
  readonly detail?: string;
  /** That something may be lost. */
  readonly isWarning?: boolean;
}

/** A dialog. @returns the button that was pressed, undefined if it was *Cancel* */
export function ask(
  { template, values, detail, isWarning = false }: Question,
  ...buttons: string[]
): Thenable<string | undefined> {
  const { window } = vscode;
  const options = { modal: true, ...(detail === undefined ? {} : { detail: withoutLinks(detail) }) };
  const text = sentence(template, values);
  return isWarning
    ? window.showWarningMessage(text, options, ...buttons)
    : window.showInformationMessage(text, options, ...buttons);
}

/** Asks for a line of text; the prompt and what is said of the text are drawn as messages are. */
export function askText(options: vscode.InputBoxOptions): Thenable<string | undefined> {
  const { prompt } = options;
  return vscode.window.showInputBox({
    ...options,
    ...(prompt === undefined ? {} : { prompt: withoutLinks(prompt) }),
    validateInput: async (text) => verdictWithoutLinks(await options.validateInput?.(text)),
  });
}

/** What is said below an input box. */
export function verdictWithoutLinks<Verdict extends string | vscode.InputBoxValidationMessage>(
  verdict: Verdict | null | undefined,
): string | vscode.InputBoxValidationMessage | undefined {
  if (verdict === null || verdict === undefined) return undefined;
  return typeof verdict === 'string'
    ? withoutLinks(verdict)
    : { ...verdict, message: withoutLinks(verdict.message) };
}

export interface ProgressOptions {
  readonly template: string;
  readonly values?: readonly Value[];
  /** In the status bar rather than as a notification. */
  readonly inStatusBar?: boolean;
  readonly cancellable?: boolean;
}

/** Shows that something goes on until it is done. */
export function showProgress<Result>(
  { template, values, inStatusBar = false, cancellable = false }: ProgressOptions,
  task: (
    report: (increment: number, message: string) => void,
    token: vscode.CancellationToken,
  ) => Thenable<Result>,
): Thenable<Result> {
  const title = sentence(template, values);
  const location = inStatusBar ? vscode.ProgressLocation.Window : vscode.ProgressLocation.Notification;
  const shown = (text: string) => (inStatusBar ? withoutIcons(text) : text);
  return vscode.window.withProgress({ location, title: shown(title), cancellable }, (progress, token) =>
    task((increment, message) => {
      progress.report({ increment, message: shown(withoutLinks(message)) });
    }, token),
  );
}

const shownMilliseconds = 8000;

/** A line in the status bar, for some seconds. @param icon of VS Code's, such as `tag` */
export function showInStatusBar(
  icon: string | undefined,
  template: string,
  values: readonly Value[] = [],
): void {
  const text = withoutIcons(sentence(template, values));
  vscode.window.setStatusBarMessage(icon === undefined ? text : `$(${icon}) ${text}`, shownMilliseconds);
}
