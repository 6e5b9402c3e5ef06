import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { UlmfitError } from '../../errors';
import type { RequestResult } from '../../protocol/requests';
import { readForeignModel } from '../../store/foreign/foreignModel';
import { hashFile } from '../../store/manifest';
import { pretrainedAddress, type PretrainedModel } from '../../store/pretrainedModels';
import type { Store } from '../../store/store';
import { checkedAddress, shownAddress } from '../download/address';
import { download, type DownloadOptions } from '../download/download';
import { megabytes } from '../download/downloadFailure';
import type { Task } from '../tasks';
import { keepForeignModel } from './importModel';
import { watchedStore } from './watchedStore';

/**
 * Brings a pretrained model into the store as an encoder of its name, once. What was downloaded stays in
 * `<store>/downloads/<name>/` until it is complete and read, so that the next attempt goes on from there.
 *
 * @param url the folder of a mirror, instead of fastai's own
 * @throws {UlmfitError} `download-failed`, `cancelled`, `corrupt-file`, `save-failed`, `bad-setting`, `already-exists`
 */
export async function downloadPretrained(
  store: Store,
  model: PretrainedModel,
  url: string | undefined,
  task: Task,
  options: Omit<DownloadOptions, 'signal' | 'onProgress'> = {},
): Promise<RequestResult<'download-pretrained'>> {
  const { name } = model;
  if ((await store.encoders.names()).includes(name)) return { name, words: await wordsOf(store, name) };
  // One that differs in case alone is refused before hundreds of megabytes have come.
  await store.encoders.checkedNewName(name);
  const address = checkedAddress(pretrainedAddress(model, url));
  const folder = join(store.root, 'downloads', name);
  const path = await download({ ...model, address, byHand: byHand(model) }, folder, {
    ...options,
    signal: task.signal,
    onProgress: (done, total) => {
      task.report(done, total, 'downloading');
    },
  });
  const words = await keep(store, model, path, shownAddress(address), task);
  await rm(folder, { recursive: true, force: true });
  return { name, words };
}

async function keep(
  store: Store,
  { name, file, backwards }: PretrainedModel,
  path: string,
  address: string,
  task: Task,
): Promise<number> {
  try {
    const foreign = await readForeignModel(path, {
      signal: task.signal,
      onProgress: (done, total) => {
        task.report(done, total, 'reading');
      },
    });
    const { sha256 } = await hashFile(path);
    const lineage = { source: { file, format: foreign.format, sha256, address } };
    const config = backwards ? { backwards } : {};
    return (await keepForeignModel(watchedStore(store, task, [foreign]), foreign, { name, lineage, config }))
      .words;
  } catch (error) {
    if (!(error instanceof UlmfitError) || !['corrupt-file', 'unsupported-format'].includes(error.code))
      throw error;
    // It would be as wrong the next time.
    await rm(path, { force: true });
    throw new UlmfitError(
      'download-failed',
      `${file} was downloaded, but it cannot be used: ${error.message}`,
      'It was deleted. Download it again; if that does not help, choose another mirror (ulmfit.pretrainedUrl).',
      { cause: error },
    );
  }
}

async function wordsOf(store: Store, name: string): Promise<number> {
  const { vocab } = await store.encoders.load(name);
  return vocab.length;
}

/** What to do where there is no network. */
export function byHand(model: PretrainedModel): string {
  const { name, file, bytes } = model;
  return (
    `Without a network: get ${pretrainedAddress(model)} (${megabytes(bytes)}) on another machine, then ` +
    `"ulmfit import ${file} --name ${name}", or Import Model… in VS Code.`
  );
}
