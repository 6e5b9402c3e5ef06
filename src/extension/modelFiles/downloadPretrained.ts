import * as vscode from 'vscode';
import type { TrainEncoderInput } from '../../options/languageModel';
import {
  pretrainedAddress,
  pretrainedModel,
  pretrainedModels,
  type PretrainedModel,
} from '../../store/pretrainedModels';
import { countText, sizeText } from '../explorer/quantities';
import { userLanguage } from '../explorer/userLanguage';
import { ask, showInformation } from '../messages/notifications';
import type { Services } from '../services';
import { withByteProgress } from './byteProgress';

/** The command: the model of the line it was opened on, or one that the user chooses. */
export async function chooseAndDownload(services: Services, given: unknown): Promise<void> {
  const names = await services.store.encoders.names();
  const model = modelOf(given) ?? (await choose(names));
  if (!model) return;
  if (names.includes(model.name)) {
    void showInformation(vscode.l10n.t('“{0}” is in the store already.'), [model.name]);
    return;
  }
  await download(services, model);
}

/**
 * Downloads the pretrained model that a training is to start from, if it is not there; asks before.
 *
 * @returns whether the training can begin
 */
export async function ensurePretrained(
  services: Services,
  { pretrained = 'none', backwards }: Pick<TrainEncoderInput, 'pretrained' | 'backwards'>,
): Promise<boolean> {
  const model = pretrainedModel(pretrained, backwards);
  if (!model) return true;
  const names = await services.store.encoders.names();
  return names.includes(pretrained) || names.includes(model.name) || download(services, model);
}

/** Asks, downloads and keeps. @returns whether it is there now */
async function download({ inference }: Services, model: PretrainedModel): Promise<boolean> {
  const { name, file, bytes } = model;
  const mirror = vscode.workspace.getConfiguration('ulmfit').get<string>('pretrainedUrl', '').trim();
  const address = pretrainedAddress(model, mirror === '' ? undefined : mirror);
  const host = URL.canParse(address) ? new URL(address).host : address;
  const yes = vscode.l10n.t('Download');
  const chosen = await ask(
    {
      template: vscode.l10n.t('Download {0} ({1}) from {2}?'),
      values: [file, sizeText(bytes, userLanguage), host],
      detail: vscode.l10n.t('It is kept in the store as the encoder “{0}”, and needed only once.', name),
    },
    yes,
  );
  if (chosen !== yes) return false;
  const url = mirror === '' ? {} : { url: mirror };
  const title = { template: vscode.l10n.t('Downloading {0}'), values: [file] };
  const result = await withByteProgress(inference, title, 3, (task) =>
    inference.request('download-pretrained', { task, name, ...url }),
  );
  if (!result) return false;
  const words = countText(result.words, userLanguage);
  void showInformation(vscode.l10n.t('“{0}” is in the store: {1} words.'), [name, words]);
  return true;
}

async function choose(taken: readonly string[]): Promise<PretrainedModel | undefined> {
  const items = pretrainedModels.map((model) => ({
    model,
    label: model.name,
    description: taken.includes(model.name)
      ? vscode.l10n.t('is in the store')
      : sizeText(model.bytes, userLanguage),
    detail: model.backwards
      ? vscode.l10n.t('WikiText-103 (English), for models that read from the end')
      : vscode.l10n.t('WikiText-103 (English)'),
    iconPath: new vscode.ThemeIcon('cloud-download'),
  }));
  const title = vscode.l10n.t('Download Pretrained Model');
  return (await vscode.window.showQuickPick(items, { title, matchOnDetail: true }))?.model;
}

/** Of the line that it was opened on. */
function modelOf(given: unknown): PretrainedModel | undefined {
  if (typeof given !== 'object' || given === null || !('name' in given)) return undefined;
  return typeof given.name === 'string' ? pretrainedModel(given.name) : undefined;
}
