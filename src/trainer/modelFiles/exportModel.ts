import { resolve } from 'node:path';
import { UlmfitError } from '../../errors';
import { checkEntry } from '../../model/checkedContent';
import { writeOnnxModel } from '../../model/onnxExport/writeOnnxModel';
import type { ReceivedParams, RequestResult } from '../../protocol/requests';
import { type ExportedEntry, writeStoreFolder } from '../../store/exportFolder';
import { ordinaryFileSystem } from '../../store/fileSystem';
import { writeFastaiFiles } from '../../store/foreign/writeFastai';
import type { Store } from '../../store/store';
import type { Task } from '../tasks';
import { watchedFileSystem } from './watchedStore';

type ExportRequest = Omit<ReceivedParams<'export-model'>, 'task'>;

/**
 * Writes an encoder or a model for use elsewhere, into a folder that is new or empty.
 * @throws {UlmfitError} `not-found`, `corrupt-file`, `bad-setting`, `already-exists`, `save-failed`, `cancelled`
 */
export async function exportModel(
  store: Store,
  { kind, name, format, int8, out }: ExportRequest,
  task: Task,
): Promise<RequestResult<'export-model'>> {
  if (int8 && format !== 'onnx') {
    throw new UlmfitError(
      'bad-setting',
      `Eight bits a number are for ONNX files, not for ${format}.`,
      'Leave --int8 out, or export with --format onnx.',
    );
  }
  const entry = await store[kind === 'encoder' ? 'encoders' : 'models'].load(name);
  checkEntry(entry);
  task.check();
  return { files: await write(entry, format, int8, resolve(out), task) };
}

async function write(
  entry: ExportedEntry,
  format: ExportRequest['format'],
  int8: boolean,
  out: string,
  task: Task,
): Promise<string[]> {
  const bytes = [...entry.tensors.values()].reduce((sum, { data }) => sum + data.byteLength, 0);
  switch (format) {
    case 'safetensors':
      return writeStoreFolder(entry, out, watchedFileSystem(task, bytes, ordinaryFileSystem));
    case 'fastai':
      // A language model beside the encoder, or the classifier of each version.
      return writeFastaiFiles(entry, out, watchedFileSystem(task, 2 * bytes, ordinaryFileSystem));
    case 'onnx':
      return writeOnnxModel(entry, out, { precision: int8 ? 'int8' : 'float32' });
  }
}
