import { basename, dirname } from 'node:path';
import * as vscode from 'vscode';
import { UlmfitError } from '../../errors';
import { tellError } from '../commands';
import { plainText } from '../explorer/plainText';
import { showProgress } from '../messages/notifications';
import type { Services } from '../services';
import { refuseUntrustedData } from '../trust';
import { workspaceTrust } from '../workspaceTrust';
import type { ColumnPreview } from './columnPreview';
import { dataChoices, dataExtensions, isDataFile } from './dataFiles';
import type { MultiStep } from './multiStep';
import { localCopy } from './localCopy';
import { mergedPreview } from './mergedPreview';
import type { StepOutcome, StepPlace } from './stepSequence';

/** The part of a draft that says where the texts are. */
export interface DataDraft {
  /** Absolute paths. */
  data: readonly string[];
  /** Of all of them together. */
  preview?: ColumnPreview;
}

interface DataItem extends vscode.QuickPickItem {
  readonly path?: string;
  /** Of a virtual workspace: it is copied to the disk when it is chosen. */
  readonly uri?: vscode.Uri;
  readonly browse?: 'files' | 'folder';
}

/** More files than anybody scrolls through; Browse finds the rest. */
const mostFiles = 2000;
/** Files that are looked into before the start; the trainer reads all. */
export const mostPreviewed = 20;

/**
 * Asks where the texts are: files of the workspace, the active editor's first, or elsewhere. What cannot be read is
 * said at once, and asked again.
 */
export async function askData(
  services: Services,
  ui: MultiStep,
  draft: DataDraft,
  place: StepPlace,
): Promise<StepOutcome> {
  const placeholder = vscode.l10n.t('File or folder with the texts');
  for (;;) {
    const before = draft.data[0];
    const answer = await ui.pickOne<DataItem>(
      { placeholder, ...place },
      dataItems(before),
      ({ path }) => path !== undefined && path === before,
      async ({ path, uri }) => {
        const chosen = uri ? await localCopy(services.context, uri) : path;
        return chosen === undefined || lookInto(services, draft, [chosen]);
      },
    );
    if (answer === 'back' || answer === 'cancel') return answer;
    const { browse } = answer.value;
    if (browse === undefined) return 'next';
    const chosen = await browsed(services, browse);
    // A dialog that was closed without an answer leads back to the list.
    const [first] = chosen;
    if (first === undefined) continue;
    const template = vscode.l10n.t('Reading {0}…');
    const values = [basename(first)];
    if (await showProgress({ template, values }, () => lookInto(services, draft, chosen))) return 'next';
  }
}

/** Takes the data into the draft, with a preview. @returns false if it cannot be read, after saying why */
async function lookInto(services: Services, draft: DataDraft, data: readonly string[]): Promise<boolean> {
  try {
    await refuseUntrustedData(data, workspaceTrust());
    // One after the other: the trainer reads a file as a whole.
    const previews: ColumnPreview[] = [];
    for (const path of data.slice(0, mostPreviewed)) previews.push(await preview(services, path));
    const together = mergedPreview(previews);
    if (!together) throw noCommonColumn(data);
    draft.preview = together;
    draft.data = data;
    return true;
  } catch (error) {
    if (!(error instanceof UlmfitError)) throw error;
    tellError(error, services.log);
    return false;
  }
}

function noCommonColumn(data: readonly string[]): UlmfitError {
  const names = data.slice(0, mostPreviewed).map((path) => plainText(basename(path), 60));
  return new UlmfitError(
    'missing-column',
    vscode.l10n.t('{0} have no column in common.', names.join(', ')),
    vscode.l10n.t('Choose files with the same columns, or train on one of them.'),
  );
}

/** Asks the process that will train, so that it is warm by then; but not while it works. */
async function preview({ runs, training, inference }: Services, path: string): Promise<ColumnPreview> {
  const client = runs.active ? inference : training;
  const {
    columns,
    rows,
    textColumns,
    labelColumn,
    classes = [],
    size,
    issues,
  } = await client.request('preview', { path });
  return { columns, rows, textColumns, labelColumn, classes, size, issues };
}

async function dataItems(before: string | undefined): Promise<DataItem[]> {
  const found = await vscode.workspace.findFiles(
    `**/*.{${dataExtensions.join(',')}}`,
    '**/{node_modules,.git}/**',
    mostFiles,
  );
  const onDisk = found.filter(({ scheme }) => scheme === 'file').map(({ fsPath }) => fsPath);
  const choices = dataChoices(onDisk, activeFile());
  const shown = new Set(choices.map(({ path }) => path));
  const items: DataItem[] = choices.map(({ path, kind, texts }) => ({
    path,
    label: plainText(basename(path)),
    description: plainText(shortFolder(path)),
    iconPath: new vscode.ThemeIcon(kind === 'folder' ? 'folder' : 'file'),
    ...(texts === undefined ? {} : { detail: vscode.l10n.t('{0} texts; folders are labels', texts) }),
  }));
  if (before !== undefined && !shown.has(before)) {
    items.unshift({
      path: before,
      label: plainText(basename(before)),
      description: plainText(shortFolder(before)),
      iconPath: new vscode.ThemeIcon('file'),
    });
  }
  return [
    ...items,
    ...found.filter(({ scheme, path }) => scheme !== 'file' && isDataFile(path)).map(virtualItem),
    {
      browse: 'files',
      label: vscode.l10n.t('Browse…'),
      description: vscode.l10n.t('CSV, TSV, JSONL or text files'),
      iconPath: new vscode.ThemeIcon('folder-opened'),
      alwaysShow: true,
    },
    {
      browse: 'folder',
      label: vscode.l10n.t('Browse for a Folder…'),
      description: vscode.l10n.t('text files; the folder of each is its label'),
      iconPath: new vscode.ThemeIcon('folder-opened'),
      alwaysShow: true,
    },
  ];
}

function virtualItem(uri: vscode.Uri): DataItem {
  return {
    uri,
    label: plainText(basename(uri.path)),
    description: plainText(vscode.workspace.asRelativePath(uri, true)),
    detail: vscode.l10n.t('in a virtual workspace; it is copied to this machine'),
    iconPath: new vscode.ThemeIcon('cloud-download'),
  };
}

/** The data file that is being looked at. */
function activeFile(): string | undefined {
  const uri = vscode.window.activeTextEditor?.document.uri;
  return uri?.scheme === 'file' && isDataFile(uri.fsPath) ? uri.fsPath : undefined;
}

function shortFolder(path: string): string {
  const folder = vscode.workspace.asRelativePath(dirname(path), true);
  return vscode.workspace.workspaceFolders?.some(({ uri }) => uri.fsPath === folder) ? '' : folder;
}

async function browsed({ context }: Services, what: 'files' | 'folder'): Promise<string[]> {
  const folders = what === 'folder';
  const uris = await vscode.window.showOpenDialog({
    canSelectFiles: !folders,
    canSelectFolders: folders,
    canSelectMany: true,
    title: folders ? vscode.l10n.t('Folders with Texts') : vscode.l10n.t('Files with Texts'),
    openLabel: vscode.l10n.t('Choose'),
    ...(folders ? {} : { filters: { [vscode.l10n.t('Texts')]: [...dataExtensions] } }),
  });
  const usable = (uris ?? []).filter(({ scheme }) => scheme === 'file' || !folders);
  return Promise.all(usable.map((uri) => localCopy(context, uri)));
}
