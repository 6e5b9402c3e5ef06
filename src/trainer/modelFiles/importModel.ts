import { readdir, stat } from 'node:fs/promises';
import { basename, dirname, extname, join, resolve } from 'node:path';
import * as v from 'valibot';
import { UlmfitError } from '../../errors';
import { toClassifierManifestConfig, toManifestConfig } from '../../model/manifestConfig';
import type { ReceivedParams, RequestResult } from '../../protocol/requests';
import { manifestName } from '../../store/atomicSave';
import { unreadableFile } from '../../store/fileErrors';
import type { FileSystem } from '../../store/fileSystem';
import { readForeignModel, type ForeignModel } from '../../store/foreign/foreignModel';
import { readJson } from '../../store/json';
import { checkedConfig, hashFile, type Lineage } from '../../store/manifest';
import { checkedName } from '../../store/names';
import type { Store } from '../../store/store';
import type { Task } from '../tasks';
import { classifierContent, languageModelContent, warningsOf } from './foreignContent';
import { importExport } from './importExport';
import { type Sized, watchedStore } from './watchedStore';

type Imported = RequestResult<'import-model'>;
type ImportRequest = Pick<ReceivedParams<'import-model'>, 'path' | 'name' | 'vocab' | 'classes'>;

/**
 * Reads a model that others, or an export of ours, have written and keeps it under a name that is free: a classifier
 * becomes a model, anything else an encoder.
 * @throws {UlmfitError} what is wrong with the file or the name, `cancelled`, `save-failed`
 */
export async function importModel(
  store: Store,
  request: ImportRequest,
  task: Task,
  fileSystem?: FileSystem,
): Promise<Imported> {
  checkedName(request.name);
  const path = await weightsAt(resolve(request.path));
  const into = (contents: readonly Sized[]) => watchedStore(store, task, contents, fileSystem);
  if (path.isExport) return importExport(store, path.path, request.name, into);
  const foreign = await readForeignModel(path.path, {
    signal: task.signal,
    onProgress: (done, total) => {
      task.report(done, total, 'reading');
    },
    ...(request.vocab === undefined ? {} : { vocabPath: resolve(request.vocab) }),
  });
  const { sha256 } = await hashFile(path.path, task.signal);
  const lineage = { source: { file: basename(path.path), format: foreign.format, sha256 } };
  const classes = request.classes ?? (await classesBeside(path.path));
  return keepForeignModel(into([foreign]), foreign, { name: request.name, classes, lineage });
}

/** Saves what a foreign file held. @throws {UlmfitError} `already-exists`, `vocab-mismatch`, `save-failed`, … */
export async function keepForeignModel(
  into: Store,
  foreign: ForeignModel,
  facts: {
    readonly name: string;
    /** For a classifier that does not name them. */
    readonly classes?: readonly string[] | undefined;
    readonly lineage: Lineage;
    /** More to say of it in its manifest. */
    readonly config?: Readonly<Record<string, unknown>>;
  },
): Promise<Imported> {
  const { name, classes, lineage, config = {} } = facts;
  const common = { name, format: foreign.format, warnings: warningsOf(foreign) };
  if (foreign.kind === 'classifier') {
    await into.models.checkedNewName(name);
    const content = classifierContent(foreign, classes);
    const all = checkedConfig({ ...toClassifierManifestConfig(content.config), ...config });
    await into.models.save(name, { config: all, classes: content.classes, lineage, metrics: {} }, content);
    return { kind: 'model', ...common, words: content.vocab.length, classes: [...content.classes] };
  }
  await into.encoders.checkedNewName(name);
  const content = languageModelContent(foreign);
  const all = checkedConfig({ ...toManifestConfig(content.config), ...config });
  await into.encoders.save(name, { config: all, lineage, metrics: {} }, content);
  return { kind: 'encoder', ...common, words: content.vocab.length };
}

/** Our exports for fastai name the classes in a file of their own. */
async function classesBeside(path: string): Promise<string[] | undefined> {
  const file = join(dirname(path), 'classes.json');
  return readJson(file, v.array(v.string()), 16 * 2 ** 20, 1).catch(() => undefined);
}

/** What an export for fastai calls the files of which each holds all there is; one of them is enough. */
const whole = ['language_model.pth', 'classifier_fastai1.pth'];

interface Place {
  readonly path: string;
  readonly isExport: boolean;
}

/** The file of a folder that has the weights; of an exported one, the folder. @throws {UlmfitError} `file-not-found`, … */
async function weightsAt(path: string): Promise<Place> {
  const found = await stat(path).catch((error: unknown) => {
    throw unreadableFile(path, error);
  });
  if (!found.isDirectory()) return { path, isExport: false };
  const names = await readdir(path);
  if (names.includes(manifestName)) return { path, isExport: true };
  const weights = names.filter((name) =>
    ['.pth', '.safetensors', '.pkl'].includes(extname(name).toLowerCase()),
  );
  const models = weights.filter((name) => extname(name).toLowerCase() !== '.pkl');
  const best = whole.filter((name) => names.includes(name));
  const [only, ...others] = best.length > 0 ? best : models.length > 0 ? models : weights;
  if (only !== undefined && others.length === 0) return { path: join(path, only), isExport: false };
  throw new UlmfitError(
    'file-not-found',
    only === undefined
      ? `${path} holds no model.`
      : `${path} holds several models: ${[only, ...others].slice(0, 10).join(', ')}.`,
    'Name the file with the weights: .pth, .safetensors, .pkl, .tgz or .zip.',
  );
}
