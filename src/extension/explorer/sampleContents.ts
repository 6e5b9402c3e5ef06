import type { Entry } from '../../store/entries';
import type { EncoderManifest, ModelManifest } from '../../store/manifest';
import type { RunFile } from '../../store/runs';
import type { RunView } from '../runView';
import type { Language } from './language';

/** English with the values in their places, as VS Code puts them there. */
export const english: Language = {
  locale: 'en',
  l10n: {
    t: (message, ...values) =>
      message.replace(/\{(\d+)\}/gu, (place, index: string) => String(values[Number(index)] ?? place)),
  },
};

const sha256 = '0'.repeat(64);
const config = { emb_sz: 400, n_hid: 1152, n_layers: 3, pad_token: 1 };
const createdAt = '2024-06-07T12:00:00.000Z';

export function encoderEntry(name: string, changes: Partial<EncoderManifest> = {}): Entry<EncoderManifest> {
  const manifest: EncoderManifest = {
    formatVersion: 1,
    kind: 'encoder',
    createdAt,
    config,
    lineage: {},
    metrics: { valid_loss: 3.766, accuracy: 0.31, perplexity: 43.214 },
    files: { 'encoder.safetensors': { sha256, bytes: 12_000_000 }, 'vocab.json': { sha256, bytes: 300_000 } },
    ...changes,
  };
  return { name, folder: `/store/encoders/${name}`, manifest };
}

export function modelEntry(name: string, changes: Partial<ModelManifest> = {}): Entry<ModelManifest> {
  const manifest: ModelManifest = {
    formatVersion: 1,
    kind: 'model',
    createdAt,
    config,
    lineage: { encoder: 'mail', data: { sha256, rows: 1200, files: ['tickets.csv'] } },
    metrics: { valid_loss: 0.31, accuracy: 0.9123, macro_f1: 0.88 },
    classes: ['bug', 'question'],
    files: { 'model.safetensors': { sha256, bytes: 13_000_000 } },
    ...changes,
  };
  return { name, folder: `/store/models/${name}`, manifest };
}

export function runView(changes: Partial<RunView> = {}): RunView {
  return {
    id: '20240607-120000-4f1c',
    kind: 'classifier',
    name: 'tickets',
    createdAt,
    status: 'running',
    epochs: [],
    ...changes,
  };
}

/** A run of 200 steps in 5 epochs, begun. */
export const started: NonNullable<RunView['started']> = {
  event: 'started',
  run: '20240607-120000-4f1c',
  kind: 'classifier',
  name: 'tickets',
  engine: 'onnx',
  phases: [],
  epochs: 5,
  steps: 200,
  data: { train_rows: 1000, valid_rows: 200, classes: 2, vocab: 8000 },
};

export function runFile(id: string, changes: Partial<RunFile> = {}): RunFile {
  return { formatVersion: 1, id, kind: 'classifier', name: 'tickets', createdAt, options: {}, ...changes };
}
