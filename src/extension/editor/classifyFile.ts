import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import * as vscode from 'vscode';
import type { RequestResult } from '../../protocol/requests';
import { isExplorerNode } from '../explorer/nodes';
import { visibleText, withoutIcons } from '../explorer/plainText';
import { ask, showInStatusBar, showWarning } from '../messages/notifications';
import { largestData, readWorkspaceFile } from '../readWorkspaceFile';
import type { Services } from '../services';
import { textColumnItems } from '../training/columnPreview';
import { withTaskProgress } from '../training/taskProgress';
import { modelToUse } from './chooseModel';
import type { Classifier } from './classifier';
import { classifiedName, tableExtensions } from './outputName';

/** A file that the trainer can read and write, and what to do with it afterwards. */
interface Places {
  readonly file: string;
  readonly out: string;
  finish(): Promise<void>;
  discard(): Promise<void>;
}

/**
 * Classifies every row of a file and writes a file with the answers beside it.
 *
 * @param subject a file, or the explorer's line of a model; without one the user is asked
 * @throws {UlmfitError} what the trainer answers
 */
export async function classifyFile(
  services: Services,
  classifier: Classifier,
  subject: unknown,
): Promise<void> {
  const file = subject instanceof vscode.Uri ? subject : await askForFile();
  if (!file) return;
  const model =
    isExplorerNode(subject) && subject.kind === 'model'
      ? await classifier.model(subject.name)
      : await modelToUse(classifier, file);
  if (!model) return;
  await saveIfChanged(file);
  const out = await askForTarget(file);
  if (!out) return;
  const places = await placesFor(file, out);
  try {
    const text = await askForColumns(services, places.file, await classifier.trainedColumns(model));
    if (text === 'cancel') return;
    const title = { template: vscode.l10n.t('Classifying {0}'), values: [shownName(file)] };
    const result = await withTaskProgress(services.inference, title, (task) =>
      services.inference.request('classify-file', {
        task,
        model: model.name,
        file: places.file,
        out: places.out,
        ...(text === undefined ? {} : { text }),
      }),
    );
    if (!result) {
      showInStatusBar(undefined, vscode.l10n.t('Classifying was cancelled. No file was written.'));
      return;
    }
    await places.finish();
    await tellResult(services, file, out, result);
  } finally {
    await places.discard();
  }
}

async function askForFile(): Promise<vscode.Uri | undefined> {
  const active = vscode.window.activeTextEditor?.document.uri;
  const filters = {
    [vscode.l10n.t('Tables and texts')]: tableExtensions.map((extension) => extension.slice(1)),
  };
  const isTable = active !== undefined && tableExtensions.includes(extname(active.path).toLowerCase());
  const folder = isTable ? vscode.Uri.joinPath(active, '..') : vscode.workspace.workspaceFolders?.[0]?.uri;
  if (isTable && active.scheme !== 'untitled') {
    const other = vscode.l10n.t('Another file…');
    const items = [
      { label: withoutIcons(shownName(active)), description: vscode.l10n.t('open in the editor') },
      { label: other },
    ];
    const placeHolder = vscode.l10n.t('Which file shall be classified?');
    const chosen = await vscode.window.showQuickPick(items, { placeHolder });
    if (!chosen) return undefined;
    if (chosen.label !== other) return active;
  }
  const chosen = await vscode.window.showOpenDialog({
    title: vscode.l10n.t('Which file shall be classified?'),
    openLabel: vscode.l10n.t('Classify'),
    filters,
    ...(folder ? { defaultUri: folder } : {}),
  });
  return chosen?.[0];
}

/** The trainer reads what is on disk. */
async function saveIfChanged(file: vscode.Uri): Promise<void> {
  const open = vscode.workspace.textDocuments.find(({ uri }) => uri.toString() === file.toString());
  if (open?.isDirty) await open.save();
}

/** Beside the file; asks before something is replaced. */
async function askForTarget(file: vscode.Uri): Promise<vscode.Uri | undefined> {
  const candidate = (copy: number) => vscode.Uri.joinPath(file, '..', classifiedName(baseName(file), copy));
  const first = candidate(1);
  if (!(await exists(first))) return first;
  const [replace, keepBoth] = [vscode.l10n.t('Replace'), vscode.l10n.t('Keep Both')];
  const template = vscode.l10n.t('{0} is there already.');
  const chosen = await ask({ template, values: [shownName(first)], isWarning: true }, replace, keepBoth);
  if (chosen === replace) return first;
  if (chosen !== keepBoth) return undefined;
  for (let copy = 2; ; copy++) if (!(await exists(candidate(copy)))) return candidate(copy);
}

async function exists(file: vscode.Uri): Promise<boolean> {
  return vscode.workspace.fs.stat(file).then(
    () => true,
    () => false,
  );
}

/**
 * Where the trainer reads and writes. A file of a virtual workspace has no path; one of a workspace that is not trusted
 * has a path which no process is given. Both are read and written by VS Code.
 */
async function placesFor(file: vscode.Uri, out: vscode.Uri): Promise<Places> {
  const nothing = () => Promise.resolve();
  if (file.scheme === 'file' && vscode.workspace.isTrusted) {
    return { file: file.fsPath, out: out.fsPath, finish: nothing, discard: nothing };
  }
  const folder = await mkdtemp(join(tmpdir(), 'ulmfit-'));
  const copy = join(folder, `texts${extname(file.path)}`);
  const answers = join(folder, `answers${extname(out.path)}`);
  await writeFile(copy, await readWorkspaceFile(file, largestData));
  return {
    file: copy,
    out: answers,
    finish: async () => vscode.workspace.fs.writeFile(out, await readFile(answers)),
    discard: () => rm(folder, { recursive: true, force: true }),
  };
}

/**
 * The columns with the texts; undefined where a file has no columns to choose from.
 *
 * @param trained the columns that the model was trained on, which are taken where the file has them too
 */
async function askForColumns(
  services: Services,
  file: string,
  trained: readonly string[] = [],
): Promise<string[] | undefined | 'cancel'> {
  const preview = await services.inference.request('preview', { path: file });
  if (preview.columns.length < 2) return undefined;
  const hasTrained = trained.length > 0 && trained.every((column) => preview.columns.includes(column));
  const textColumns = hasTrained ? trained : preview.textColumns;
  const items = textColumnItems({ ...preview, textColumns, classes: preview.classes ?? [] });
  const chosen = await vscode.window.showQuickPick(items, {
    canPickMany: true,
    placeHolder: vscode.l10n.t('Which columns hold the texts, as when the model was trained?'),
    matchOnDetail: true,
  });
  return chosen === undefined || chosen.length === 0 ? 'cancel' : chosen.map(({ column }) => column);
}

async function tellResult(
  { log }: Services,
  file: vscode.Uri,
  out: vscode.Uri,
  { rows, issues }: RequestResult<'classify-file'>,
): Promise<void> {
  await vscode.commands.executeCommand('vscode.open', out);
  if (issues.length === 0) {
    showInStatusBar('check', vscode.l10n.t('{0} rows classified'), [rows]);
    return;
  }
  for (const { line, reason } of issues) log.warn(`${file.fsPath}:${line}: ${reason}`);
  const showLog = vscode.l10n.t('Show Log');
  const template = vscode.l10n.t(
    '{0} rows of {1} classified; {2} could not be read and are listed in the log.',
  );
  const values = [rows, shownName(file), issues.length];
  if ((await showWarning(template, values, showLog)) === showLog) log.show();
}

function baseName(file: vscode.Uri): string {
  return file.path.slice(file.path.lastIndexOf('/') + 1);
}

function shownName(file: vscode.Uri): string {
  return visibleText(baseName(file), 60);
}
