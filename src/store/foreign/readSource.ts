import { type ByteSource, MemorySource } from '../byteSource';
import { readSafetensorsFrom } from '../safetensors';
import { fileKind } from './fileKind';
import type { ForeignModel, ForeignModelOptions } from './foreignModel';
import type { Words } from './learnerWords';
import { readModel } from './readModel';
import { readPickleAt } from './pickle/pickleStream';
import { shown, throwIfCancelled, unsupportedFile } from './refusals';
import { readTar } from './tarFile';
import { isTorchMagic, readTorchLegacyFile } from './torchLegacyFile';
import { torchWeights } from './torchWeights';
import { readTorchZipFile, torchFolder } from './torchZipFile';
import { readVocabFile } from './vocabFile';
import { firstOfEachKind, isWanted, isWeights, mayBeListedWords, mayBePickledWords } from './wantedMembers';
import type { UnreadTensor, Weights } from './weights';
import { ZipFile } from './zip';

type SourceOptions = Omit<ForeignModelOptions, 'vocabPath'>;

const whatToImport =
  'Import a .pth file of fastai, a .safetensors file, or a .tgz or .zip with one such file and its words.';

/**
 * Reads a model from wherever its bytes lie: weights alone, or an archive that has the words too.
 *
 * @param words from a file of their own, in place of any that the source has
 * @throws UlmfitError `corrupt-file`, `unsupported-format` or `cancelled`
 */
export async function readForeignSource(
  source: ByteSource,
  options: SourceOptions = {},
  words: Words = {},
): Promise<ForeignModel> {
  const kind = await fileKind(source);
  if (kind === 'gzip' || kind === 'tar') {
    const wanted = firstOfEachKind(words.vocab === undefined);
    const { names, members } = await readTar(source, { ...options, gzip: kind === 'gzip', wanted });
    const open = (name: string) => memberOf(source, members, name);
    return readArchive(source, names.filter(isWanted), open, options, words);
  }
  if (kind === 'zip') {
    const zip = await ZipFile.open(source);
    if (torchFolder(zip) === undefined) {
      return readArchive(
        source,
        zip.names.filter(isWanted),
        (name) => zip.member(name, options.signal),
        options,
        words,
      );
    }
  }
  const weights = await readWeights(source, options);
  return readModel({ ...weights, ...words }, source.name, options);
}

async function readWeights(source: ByteSource, { signal }: SourceOptions): Promise<Weights> {
  const kind = await fileKind(source);
  switch (kind) {
    case 'zip': {
      const zip = await ZipFile.open(source);
      const folder = torchFolder(zip);
      if (folder === undefined) break;
      return torchWeights(await readTorchZipFile(zip, folder, source.name, signal), source.name, signal);
    }
    case 'pickle': {
      if (!isTorchMagic((await readPickleAt(source, 0)).value)) {
        throw unsupportedFile(source.name, 'it is a pickle without weights', whatToImport);
      }
      return torchWeights(await readTorchLegacyFile(source), source.name, signal);
    }
    case 'safetensors':
      return safetensorsWeights(source, signal);
    case 'hdf5':
    case 'json':
    case 'gzip':
    case 'tar':
    case 'unknown':
      break;
  }
  const what = kind === 'hdf5' ? 'it is an HDF5 file' : 'it is no kind of model file that is known';
  throw unsupportedFile(source.name, what, whatToImport);
}

async function safetensorsWeights(source: ByteSource, signal: AbortSignal | undefined): Promise<Weights> {
  const { tensors } = await readSafetensorsFrom(source, () => {
    throwIfCancelled(signal);
  });
  const unread = [...tensors].map(([name, { shape, data }]): [string, UnreadTensor] => [
    name,
    {
      shape,
      read: () => Promise.resolve(data),
      equals: (_, values) =>
        Promise.resolve(data.length === values.length && data.every((v, i) => v === values[i])),
    },
  ]);
  return { tensors: new Map(unread), bytes: source.size, format: 'safetensors file' };
}

async function readArchive(
  source: ByteSource,
  names: readonly string[],
  open: (name: string) => Promise<ByteSource>,
  options: SourceOptions,
  given: Words,
): Promise<ForeignModel> {
  const weightNames = names.filter(isWeights);
  const [weightName] = weightNames;
  // The archives that TensorFlow's and torch's first versions wrote are tar files without any such member.
  if (weightName === undefined) {
    throw unsupportedFile(source.name, 'it has no file of weights among its members', whatToImport);
  }
  if (weightNames.length > 1) {
    throw unsupportedFile(
      source.name,
      `it has ${weightNames.length} files of weights`,
      'Unpack it, and import the one you want.',
    );
  }
  const words = given.vocab
    ? given
    : await archivedWords(
        source,
        names.filter((name) => !isWeights(name)),
        open,
      );
  const weights = await readWeights(await open(weightName), options);
  const model = await readModel({ ...weights, ...words }, `${source.name} › ${weightName}`, options);
  return { ...model, format: `${model.format}, in an archive` };
}

async function archivedWords(
  source: ByteSource,
  names: readonly string[],
  open: (name: string) => Promise<ByteSource>,
): Promise<Words> {
  const pickles = names.filter(mayBePickledWords);
  const candidates = pickles.length > 0 ? pickles : names.filter(mayBeListedWords);
  const [name] = candidates;
  if (name === undefined) return {};
  if (candidates.length > 1) {
    throw unsupportedFile(
      source.name,
      `it has ${candidates.length} files that may hold the words`,
      'Unpack it, and import the weights with the words that belong to them.',
    );
  }
  return readVocabFile(await open(name));
}

function memberOf(
  source: ByteSource,
  members: ReadonlyMap<string, Uint8Array>,
  name: string,
): Promise<ByteSource> {
  const bytes = members.get(name);
  return bytes
    ? Promise.resolve(new MemorySource(`${source.name} › ${name}`, bytes))
    : Promise.reject(
        unsupportedFile(
          source.name,
          `its member ${shown(name)} is too large for a list of words`,
          'Unpack it, and import the weights with the words that belong to them.',
        ),
      );
}
