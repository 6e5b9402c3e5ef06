import { createHash } from 'node:crypto';
import { UlmfitError } from '../errors';
import { encoderSha256, encoderTensorFile } from '../store/encoders';
import { vocabFile } from '../store/entries';
import type { EncoderManifest } from '../store/manifest';
import { type InputHashes, readInputs, writeInputs } from '../store/runInputs';
import type { RunFile } from '../store/runs';
import type { Store } from '../store/store';

/** The weights that a run begins with: those of a classifier's encoder, or of a pretrained model. */
export interface StartingWeights {
  readonly kind: 'encoder' | 'pretrained';
  readonly name: string;
  readonly hashes: InputHashes;
  /** Of an encoder of the store. */
  readonly manifest?: EncoderManifest;
}

/** Everything that a run stands on besides its settings. */
export interface JobInputs {
  readonly start?: StartingWeights | undefined;
  readonly trainingRows: string;
  readonly validationRows: string;
  /** Tokens in id order. */
  readonly vocab: readonly string[];
}

/** Where files lie may change, as long as what is in them does not. */
const places = new Set(['data', 'valid', 'pretrained']);

export function hashOf(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('hex');
}

/** An encoder of the store as what a run begins with. */
export function storedStart(
  kind: StartingWeights['kind'],
  name: string,
  manifest: EncoderManifest,
): StartingWeights {
  const { files, config } = manifest;
  const hashes = {
    weights: files[encoderTensorFile]?.sha256 ?? '',
    words: files[vocabFile]?.sha256 ?? '',
    settings: hashOf(sorted(config)),
  };
  return { kind, name, hashes, manifest };
}

/**
 * Records what a run stands on when it begins, and compares it when the run goes on: weights of the one with words or
 * rows of another would make a model that is silently wrong.
 *
 * @param isResumed it has taken steps
 * @throws {UlmfitError} `bad-setting` that names what has changed, `corrupt-file`, `save-failed`
 */
export async function checkInputs(
  store: Store,
  run: Pick<RunFile, 'id' | 'createdAt' | 'options'>,
  inputs: JobInputs,
  isResumed: boolean,
): Promise<void> {
  const folder = store.runs.folderOf(run.id);
  const before = await readInputs(folder);
  const now = hashesOf(run.options, inputs);
  if (before === undefined) {
    // An earlier version recorded nothing. What was saved after the run began is not what it began with.
    const { start } = inputs;
    const savedAt = start?.manifest?.createdAt;
    if (isResumed && start && savedAt !== undefined && savedAt > run.createdAt)
      throw await otherStart(store, start);
    await writeInputs(folder, now);
    return;
  }
  const names = [...Object.keys(before), ...Object.keys(now)];
  const changed = names.find((name) => before[name] !== now[name]);
  if (changed !== undefined) throw await changedInput(store, changed, before, inputs);
}

/** What is named first is said first: other weights come with other words. */
function hashesOf(options: RunFile['options'], inputs: JobInputs): InputHashes {
  const { start, trainingRows, validationRows, vocab } = inputs;
  const settings = Object.fromEntries(
    // As in the file, where what is not set is not there.
    Object.entries(options).filter(([name, value]) => value !== undefined && !places.has(name)),
  );
  return {
    ...Object.fromEntries(
      Object.entries(start?.hashes ?? {}).map(([part, hash]) => [`${start?.kind ?? ''}.${part}`, hash]),
    ),
    settings: hashOf(sorted(settings)),
    trainingRows,
    validationRows,
    words: hashOf(vocab),
  };
}

async function changedInput(
  store: Store,
  name: string,
  before: InputHashes,
  { start }: JobInputs,
): Promise<UlmfitError> {
  if (/^(encoder|pretrained)\./u.test(name) && start) {
    return otherStart(store, start, before[`${start.kind}.weights`]);
  }
  if (name === 'settings') {
    return changed(
      'The settings of this run are not those it began with: its run.json was changed.',
      'Undo that change, or start a new run.',
    );
  }
  if (name.endsWith('Rows')) {
    return changed(
      'The data is not what this run began with: its rows have changed.',
      'Restore the data files, or start a new run.',
    );
  }
  return changed(
    'The words of this run are not those it began with, although its data and its settings are.',
    'Go on with the version of ULMFiT that began it, or start a new run.',
  );
}

/** @param weights the sha256 of those that are wanted */
async function otherStart(
  store: Store,
  { kind, name }: StartingWeights,
  weights?: string,
): Promise<UlmfitError> {
  const { entries } = await store.encoders.list();
  const renamed = entries.find(
    ({ manifest }) => weights !== undefined && encoderSha256(manifest) === weights,
  );
  return changed(
    kind === 'encoder'
      ? `The encoder "${name}" is not the one that this run began with.`
      : `The pretrained model "${name}" is not the one that this run began with.`,
    renamed === undefined || renamed.name === name
      ? 'Start a new run: what was learned so far does not fit it.'
      : `That one is named "${renamed.name}" now: give it its name back and resume this run, or start a new run.`,
  );
}

function changed(message: string, remedy: string): UlmfitError {
  return new UlmfitError('bad-setting', message, remedy);
}

/** By name, so that the order in which a file lists them does not count. */
function sorted(object: Readonly<Record<string, unknown>>): [string, unknown][] {
  return Object.entries(object).sort(([a], [b]) => (a < b ? -1 : 1));
}
