import { join } from 'node:path';
import { type ErrorCode, UlmfitError } from '../errors';
import { currentFolder, removeFolder, saveFolder, savedNames } from './atomicSave';
import { corruptFile } from './fileErrors';
import { nodeFileSystem, type FileSystem } from './fileSystem';
import { checkpointManifestSchema, formatVersion, readManifest, verifyFiles } from './manifest';
import { sweepOwnFolder } from './unfinishedSaves';
import { readSafetensors, type TensorMap } from './safetensors';

/** What training needs to go on from a step: tensors (weights, optimiser, hidden state) and counters. */
export interface CheckpointContent {
  readonly tensors: TensorMap;
  /** JSON: epoch, batch, schedule, generator counters, best so far. */
  readonly state: Readonly<Record<string, unknown>>;
}

export interface Checkpoint extends CheckpointContent {
  readonly step: number;
  readonly folder: string;
}

export interface SkippedCheckpoint {
  readonly folder: string;
  readonly reason: string;
}

const tensorFile = 'state.safetensors';

/** Errors of the checkpoint itself, so that the one before may be better. */
const invalid: ReadonlySet<ErrorCode> = new Set([
  'corrupt-file',
  'unsupported-format',
  'not-found',
  'file-not-found',
  'file-unreadable',
]);

/** `<run>/checkpoints/step-000123/`, one folder for each step that was kept. */
export class Checkpoints {
  constructor(
    readonly folder: string,
    private readonly fileSystem: FileSystem = nodeFileSystem,
  ) {}

  /**
   * Saves the state after `step` steps; returns the folder.
   *
   * @throws UlmfitError `save-failed`; every earlier checkpoint is untouched
   */
  async save(step: number, content: CheckpointContent): Promise<string> {
    const target = join(this.folder, folderName(step));
    await saveFolder(
      target,
      (folder) => folder.writeTensors(tensorFile, content.tensors),
      { formatVersion, kind: 'checkpoint', createdAt: new Date().toISOString(), step, state: content.state },
      this.fileSystem,
    );
    return target;
  }

  /** Steps that have a checkpoint, valid or not, in order. */
  async steps(): Promise<number[]> {
    const names = await savedNames(this.folder, this.fileSystem);
    return names.flatMap((name) => stepOf(name) ?? []).sort((a, b) => a - b);
  }

  /**
   * Loads one checkpoint after comparing its files with their hashes.
   *
   * @throws UlmfitError `not-found`, `corrupt-file`, `unsupported-format`
   */
  async load(step: number): Promise<Checkpoint> {
    const folder = await currentFolder(this.folder, folderName(step), this.fileSystem);
    if (folder === undefined) {
      throw new UlmfitError(
        'not-found',
        `There is no checkpoint of step ${step} in ${this.folder}.`,
        `Steps with one: ${(await this.steps()).join(', ') || 'none'}.`,
      );
    }
    const manifest = await readManifest(folder, checkpointManifestSchema);
    if (manifest.step !== step) throw corruptFile(folder, `it is of step ${manifest.step}`);
    await verifyFiles(folder, manifest);
    const { tensors } = await readSafetensors(join(folder, tensorFile));
    return { step: manifest.step, folder, tensors, state: manifest.state };
  }

  /**
   * The last checkpoint that is whole, with those after it that are not and why.
   *
   * @param use takes it into use, or throws an UlmfitError `corrupt-file`: then the one before is tried
   */
  async latestValid(
    use: (checkpoint: Checkpoint) => void = () => undefined,
  ): Promise<{ checkpoint: Checkpoint | undefined; skipped: SkippedCheckpoint[] }> {
    const skipped: SkippedCheckpoint[] = [];
    for (const step of (await this.steps()).reverse()) {
      try {
        const checkpoint = await this.load(step);
        use(checkpoint);
        return { checkpoint, skipped };
      } catch (error) {
        if (!(error instanceof UlmfitError) || !invalid.has(error.code)) throw error;
        skipped.push({ folder: join(this.folder, folderName(step)), reason: error.message });
      }
    }
    return { checkpoint: undefined, skipped };
  }

  /**
   * Deletes what killed processes left unfinished; only who has locked the run may do so. What cannot be deleted stays,
   * as it harms nobody.
   */
  async sweep(): Promise<void> {
    await sweepOwnFolder(this.folder, this.fileSystem).catch(() => undefined);
  }

  /** Deletes every checkpoint but those of the given steps. */
  async keepOnly(steps: readonly number[]): Promise<void> {
    for (const step of await this.steps()) {
      if (!steps.includes(step)) await removeFolder(this.folder, folderName(step), this.fileSystem);
    }
  }
}

const folderName = (step: number) => `step-${String(step).padStart(6, '0')}`;

function stepOf(name: string): number | undefined {
  const digits = /^step-(\d{6,15})$/u.exec(name)?.[1];
  return digits === undefined ? undefined : Number(digits);
}
