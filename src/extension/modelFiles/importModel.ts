import { basename, extname } from 'node:path';
import * as vscode from 'vscode';
import { UlmfitError } from '../../errors';
import type { RequestParams, RequestResult } from '../../protocol/requests';
import { countText } from '../explorer/quantities';
import { visibleText } from '../explorer/plainText';
import { userLanguage } from '../explorer/userLanguage';
import { askText, showInformation, showWarning } from '../messages/notifications';
import { userText } from '../messages/userText';
import type { Services } from '../services';
import { nameProblem, suggestedName, takenName } from '../training/nameSuggestion';
import { refuseUntrustedModel } from '../trust';
import { workspaceTrust } from '../workspaceTrust';
import { withByteProgress } from './byteProgress';

type Request = RequestParams<'import-model'>;
type Imported = RequestResult<'import-model'>;

/**
 * Takes over a model of fastai, or one that was exported.
 *
 * @param given the file, dropped or from a menu; else one that the user chooses
 */
export async function importModel(services: Services, given: unknown): Promise<void> {
  const uri = given instanceof vscode.Uri ? given : await chooseFile();
  if (!uri) return;
  if (uri.scheme !== 'file') {
    throw new UlmfitError(
      'file-unreadable',
      `${uri.path} is not on the disk of the machine that runs the trainer.`,
      'Copy it there first.',
    );
  }
  const path = uri.fsPath;
  await refuseUntrustedModel(path, workspaceTrust());
  const name = await askName(services, path);
  if (name === undefined) return;
  const imported = await read(services, { path, name });
  if (imported) tell(imported);
}

/** Reads the file, and asks for what it turns out not to hold. @returns undefined if the user leaves */
async function read(services: Services, request: Request): Promise<Imported | undefined> {
  const { inference } = services;
  const title = { template: vscode.l10n.t('Importing {0}'), values: [visibleText(basename(request.path))] };
  try {
    return await withByteProgress(inference, title, 2, (task) =>
      inference.request('import-model', { ...request, task }),
    );
  } catch (error) {
    if (!(error instanceof UlmfitError)) throw error;
    if (error.code === 'missing-words' && request.vocab === undefined) {
      const vocab = await chooseVocab();
      return vocab === undefined ? undefined : read(services, { ...request, vocab });
    }
    if (error.code === 'missing-classes' && request.classes === undefined) {
      const classes = await askClasses(userText(error.message));
      return classes === undefined ? undefined : read(services, { ...request, classes });
    }
    throw error;
  }
}

async function chooseFile(): Promise<vscode.Uri | undefined> {
  const [uri] =
    (await vscode.window.showOpenDialog({
      title: vscode.l10n.t('Import Model'),
      openLabel: vscode.l10n.t('Import'),
      filters: {
        [vscode.l10n.t('Models')]: ['pth', 'pkl', 'safetensors', 'tgz', 'gz', 'zip'],
        [vscode.l10n.t('All files')]: ['*'],
      },
    })) ?? [];
  return uri;
}

async function chooseVocab(): Promise<string | undefined> {
  const [uri] =
    (await vscode.window.showOpenDialog({
      title: vscode.l10n.t('The file has no words: choose the file that has them'),
      openLabel: vscode.l10n.t('Take These Words'),
      filters: {
        [vscode.l10n.t('Words')]: ['pkl', 'json'],
        [vscode.l10n.t('All files')]: ['*'],
      },
    })) ?? [];
  return uri?.fsPath;
}

async function askClasses(reason: string): Promise<string[] | undefined> {
  const text = await askText({
    title: vscode.l10n.t('Import Model'),
    prompt: reason,
    placeHolder: vscode.l10n.t('Classes in the order of the outputs, with commas between them'),
    ignoreFocusOut: true,
  });
  const classes = (text ?? '').split(',').map((each) => each.trim());
  return text === undefined || classes.includes('') ? undefined : classes;
}

/** Proposes the name of the file. It may become an encoder or a model, so it must be free as both. */
async function askName({ store }: Services, path: string): Promise<string | undefined> {
  const taken = [...(await store.encoders.names()), ...(await store.models.names())];
  const name = await askText({
    title: vscode.l10n.t('Import Model'),
    prompt: vscode.l10n.t('Name in the store'),
    value: suggestedName([extname(path) === '' ? path : path.replace(/(\.tar)?\.[^.]+$/u, '.x')], taken),
    ignoreFocusOut: true,
    validateInput: (text) => {
      const other = takenName(text, taken);
      return (
        nameProblem(text) ?? (other === undefined ? undefined : vscode.l10n.t('“{0}” exists already.', other))
      );
    },
  });
  return name?.normalize('NFC');
}

function tell({ kind, name, words, classes, warnings }: Imported): void {
  const count = countText(words, userLanguage);
  const shown = visibleText(name);
  if (kind === 'encoder')
    void showInformation(vscode.l10n.t('“{0}” is among the encoders now: {1} words.'), [shown, count]);
  else
    void showInformation(vscode.l10n.t('“{0}” is among the models now: {1} classes.'), [
      shown,
      classes?.length ?? 0,
    ]);
  for (const warning of warnings) void showWarning('{0}', [userText(warning)]);
}
