/** The classifier that trainingTrace.py trained, with the weights that it had at the end. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { classifierConfig, scaleDropouts } from '../../src/model/awdLstmConfig';
import { assignVariables } from '../../src/model/namedTensors';
import { TextClassifier } from '../../src/model/textClassifier';
import { toNamedTensors } from './compare';
import type { Matrix, NamedTensors, Vector } from './goldenFile';

export const classifierTrace = JSON.parse(
  readFileSync(join(import.meta.dirname, 'trainingTrace.json'), 'utf8'),
) as {
  itos: string[];
  classifier: {
    bptt: number;
    max_len: number;
    classes: string[];
    config: { emb_sz: number; n_hid: number; n_layers: number };
    phases: { weights_after: NamedTensors }[];
    valid_batches: { x: Matrix }[];
  };
  intrinsic_attention: {
    text: string;
    ids: Vector;
    probs: Vector;
    cases: { class_id: number | null; attention: Vector }[];
  }[];
  truncation: { last_max_len_pooled: { max_len: number; ids: Vector; probs: Vector }[] };
  backwards_classifier: {
    singles: { text: string; ids_fed: Vector; probs: Vector }[];
    first_valid_batch: Matrix;
  };
};

export function trainedClassifier(maxLen = classifierTrace.classifier.max_len): TextClassifier {
  const { bptt, classes, config, phases } = classifierTrace.classifier;
  const { emb_sz: embSz, n_hid: nHid, n_layers: nLayers } = config;
  const sizes = { ...scaleDropouts(classifierConfig, 0), embSz, nHid, nLayers, bptt, maxLen };
  const head = { linFtrs: [50], ps: [0] };
  const model = new TextClassifier({ ...sizes, ...head }, classifierTrace.itos.length, classes.length, 1);
  const weights = phases.at(-1)?.weights_after ?? {};
  assignVariables(
    model.variables,
    toNamedTensors(weights, (name) => name),
  );
  return model;
}
