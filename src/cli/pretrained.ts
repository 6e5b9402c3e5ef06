import { UlmfitError } from '../errors';
import type { TrainEncoderOptions } from '../options/languageModel';
import { pretrainedAddress, pretrainedModel, type PretrainedModel } from '../store/pretrainedModels';
import { Store } from '../store/store';
import { askPermission } from './askPermission';
import type { Context } from './context';
import { followTask } from './followTask';

export interface DownloadFlags {
  /** The folder of a mirror. */
  readonly url?: string | undefined;
  /** Not to ask before. */
  readonly yes?: boolean | undefined;
}

/** Downloads what `--pretrained` names, if that is a model to download which the store has not. */
export async function ensurePretrained(
  context: Context,
  { pretrained: wanted, backwards }: Pick<TrainEncoderOptions, 'pretrained' | 'backwards'>,
  flags: DownloadFlags,
): Promise<void> {
  const model = pretrainedModel(wanted, backwards);
  if (!model) return;
  const names = await new Store(context.store).encoders.names();
  if (names.includes(wanted) || names.includes(model.name)) return;
  const { words } = await downloadModel(context, model, flags);
  context.output.line(`Saved encoder "${model.name}" with ${words} words.`);
}

/** @throws UlmfitError `cancelled` if the user does not want it, `download-failed`, … */
export async function downloadModel(
  context: Context,
  model: PretrainedModel,
  { url = context.system.env['ULMFIT_PRETRAINED_URL'], yes = false }: DownloadFlags,
): Promise<{ name: string; words: number }> {
  const { name, file, bytes } = model;
  const mirror = url === '' ? undefined : url;
  const what = `${file} (${Math.round(bytes / 1e6)} MB) from ${hostOf(pretrainedAddress(model, mirror))}`;
  if (!yes && !(await askPermission(context, `Download ${what}?`))) {
    throw new UlmfitError(
      'cancelled',
      'Nothing was downloaded.',
      'Train from scratch with --pretrained none.',
    );
  }
  context.output.note(`Downloading ${what}.`);
  return followTask(context, 'downloading', (connection, task) =>
    connection.request('download-pretrained', {
      task,
      name,
      ...(mirror === undefined ? {} : { url: mirror }),
    }),
  );
}

/** Without name and password, which an address may have. */
function hostOf(address: string): string {
  return URL.canParse(address) ? new URL(address).host : address;
}
