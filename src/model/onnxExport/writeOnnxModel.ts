import { Graph, ints, modelBytes } from '../../engine/onnx/modelWriter';
import { UlmfitError } from '../../errors';
import type { EntryContent } from '../../store/entries';
import { exportFolder, type ExportedEntry } from '../../store/exportFolder';
import type { FileSystem } from '../../store/fileSystem';
import type { ModelConfig } from '../../store/manifest';
import { languageModelConfig } from '../awdLstmConfig';
import { classifierConfigOf, fromManifestConfig, readsBackwards } from '../manifestConfig';
import { addClassifier } from './classifierGraph';
import { addEncoder, addReversal, addTimeFirst } from './encoderGraph';
import { joinedVocab } from './joinedVocab';
import { onnxReadme } from './onnxReadme';
import type { OnnxPrecision } from './quantize';

export interface OnnxOptions {
  /** Default float32. */
  readonly precision?: OnnxPrecision;
  readonly fileSystem?: FileSystem;
}

/** The protobuf format of ONNX cannot hold more. */
const mostBytes = 2 ** 31 - 1;
const producer = 'ULMFiT for VS Code';
const idsType = { element: 'int64', dimensions: ['batch', 'time'] } as const;
const lengthsType = { element: 'int64', dimensions: ['batch'] } as const;

/**
 * Writes a classifier (or an encoder) as one ONNX file for other programs, into a folder that must be new or empty:
 * `model.onnx`, `vocab.json` and a README that says how to use them. Only operators of standard ONNX are used.
 *
 * A classifier takes `ids` int64 `[batch, time]` and `lengths` int64 `[batch]`, and gives `probabilities` float32
 * `[batch, classes]`; an encoder gives `features` float32 `[batch, time, embedding]`.
 *
 * @returns the paths of the files written
 * @throws UlmfitError `already-exists`, `save-failed`, `unsupported-format` (more than 2 GB)
 */
export async function writeOnnxModel(
  entry: ExportedEntry,
  target: string,
  { precision = 'float32', fileSystem }: OnnxOptions = {},
): Promise<string[]> {
  const { bytes, vocab } = onnxModel(entry, precision);
  return exportFolder(
    target,
    async (folder) => {
      await folder.writeBytes('model.onnx', bytes);
      await folder.writeJson('vocab.json', vocab);
      if (entry.manifest.kind === 'model') await folder.writeJson('classes.json', entry.manifest.classes);
      await folder.writeBytes('README.md', Buffer.from(onnxReadme(entry, precision)));
    },
    fileSystem ? { fileSystem } : {},
  );
}

/** The bytes of the file, and the words that its ids stand for. @throws UlmfitError `unsupported-format` */
export function onnxModel(
  entry: ExportedEntry,
  precision: OnnxPrecision,
): { bytes: Uint8Array; vocab: readonly string[] } {
  checkSize(entry, precision);
  const { manifest } = entry;
  const graph = new Graph('ulmfit');
  const inputs = { ids: graph.input('ids', idsType), lengths: graph.input('lengths', lengthsType) };
  const members = entry.members ?? [entry];
  const { vocab, maps } = joinedVocab(members.map((member) => member.vocab));
  const configs: readonly ModelConfig[] =
    manifest.kind === 'model' && manifest.members
      ? manifest.members.map(({ config }) => config)
      : [manifest.config];
  if (manifest.kind === 'encoder') addFeatures(graph, inputs, entry, precision);
  else {
    const answers = members.map((member, index) => {
      const config = configs[index] ?? manifest.config;
      const map = maps[index];
      const ids = map
        ? graph.op('Gather', [
            graph.tensor('int64', [map.length], BigInt64Array.from(map, BigInt)),
            inputs.ids,
          ])
        : inputs.ids;
      return addClassifier(graph, ids, inputs.lengths, {
        tensors: member.tensors,
        prefix: '0.module.',
        config: classifierConfigOf(config),
        backwards: readsBackwards(config),
        precision,
      });
    });
    // Of one input, Mean is the input itself.
    graph.op('Mean', answers, {}, 'probabilities');
    const dimensions = ['batch', manifest.classes.length];
    graph.output('probabilities', { element: 'float', dimensions });
  }
  const metadata = new Map([
    ['vocab', JSON.stringify(vocab)],
    ...(manifest.kind === 'model' ? [['classes', JSON.stringify(manifest.classes)] as const] : []),
  ]);
  return { bytes: modelBytes(graph, { producer, metadata }), vocab };
}

function addFeatures(
  graph: Graph,
  { ids, lengths }: { ids: string; lengths: string },
  { tensors, manifest }: ExportedEntry,
  precision: OnnxPrecision,
): void {
  const config = fromManifestConfig(manifest.config, languageModelConfig);
  const backwards = readsBackwards(manifest.config);
  const turned = (values: string) => (backwards ? addReversal(graph, values, lengths) : values);
  const weights = { tensors, prefix: '', config, precision };
  const output = addEncoder(graph, turned(addTimeFirst(graph, ids)), lengths, weights);
  graph.op('Transpose', [turned(output)], { perm: ints(1, 0, 2) }, 'features');
  graph.output('features', { element: 'float', dimensions: ['batch', 'time', config.embSz] });
}

/** Looks before anything is copied. */
function checkSize({ name, members, tensors }: ExportedEntry, precision: OnnxPrecision): void {
  const all: readonly Pick<EntryContent, 'tensors'>[] = members ?? [{ tensors }];
  const numbers = all
    .flatMap((each) => [...each.tensors.values()])
    .reduce((sum, { shape }) => sum + shape.reduce((product, size) => product * size, 1), 0);
  const bytes = numbers * (precision === 'int8' ? 1 : 4);
  if (bytes < mostBytes * 0.98) return;
  throw new UlmfitError(
    'unsupported-format',
    `"${name}" has ${(bytes / 2 ** 30).toFixed(1)} GB of weights, and an ONNX file holds at most 2 GB.`,
    precision === 'int8'
      ? 'Export it as safetensors or for fastai.'
      : 'Export it with 8-bit weights, or as safetensors.',
  );
}
