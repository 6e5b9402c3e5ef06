/**
 * The numbers that the real fastai 1.0.61 produced (torch 1.4.0, spaCy 2.2.4), read from `fastai-golden.json` beside
 * this file. Tensors are nested arrays, batch first; names of weights are fastai's own.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

export type Vector = readonly number[];
export type Matrix = readonly Vector[];
export type Cube = readonly Matrix[];
/** A tensor of any rank as nested arrays. */
export type Nested = number | readonly Nested[];
/** fastai's parameter name → its values; a matrix, a vector or a single number. */
export type NamedTensors = Readonly<Record<string, Nested>>;

export interface PreRuleVector {
  readonly in: string;
  /** Each rule applied alone to `in`. */
  readonly fix_html: string;
  readonly replace_rep: string;
  readonly replace_wrep: string;
  readonly spec_add_spaces: string;
  readonly rm_useless_spaces: string;
}

export interface JoinTextsVector {
  readonly rows: readonly (readonly string[])[];
  readonly kw: {
    readonly mark_fields?: boolean;
    readonly include_bos?: boolean;
    readonly include_eos?: boolean;
  };
  readonly out: readonly string[];
}

export interface VocabVector {
  readonly tokens: readonly (readonly string[])[];
  readonly max_vocab: number;
  readonly min_freq: number;
  readonly itos: readonly string[];
}

export interface LanguageModelBatchesVector {
  readonly text_lengths: Vector;
  /** The texts are the running numbers from here on. */
  readonly first_token: number;
  readonly bs: number;
  readonly bptt: number;
  readonly backwards: boolean;
  readonly batches: readonly { readonly x: Matrix; readonly y: Matrix }[];
}

export interface PadCollateVector {
  readonly in: Matrix;
  readonly kw: { readonly pad_first?: boolean; readonly backwards?: boolean };
  readonly out: Matrix;
}

/** V = 24, emb 4, hid 5, three layers, no dropout. */
export interface LanguageModelVector {
  readonly weights: NamedTensors;
  readonly x1: Matrix;
  readonly x2: Matrix;
  readonly x3_bs2: Matrix;
  readonly y1: Matrix;
  /** `[batch, time, V]` */
  readonly logits1: Cube;
  /** Per layer: hidden state and cell state, each `[1, batch, features]`. */
  readonly hidden_after1: readonly (readonly Cube[])[];
  readonly logits2_carried: Cube;
  readonly logits3_after_bs_change: Cube;
  readonly ce: number;
  readonly ar: number;
  readonly tar: number;
  readonly accuracy: number;
  /** Gradients of ce + ar + tar. */
  readonly grads: NamedTensors;
}

/** Left-padded rows; output dropout is 0, so the layers of the head are numbered 0, 1, 3, 5. */
export interface ClassifierVector {
  readonly bptt: number;
  readonly max_len: number;
  readonly n_class: number;
  readonly weights: NamedTensors;
  readonly x: Matrix;
  readonly y: Vector;
  readonly kept_len: number;
  readonly mask: readonly (readonly boolean[])[];
  readonly pooled: Matrix;
  readonly logits_eval: Matrix;
  readonly probs_eval: Matrix;
  readonly grads_eval_mode_ce: NamedTensors;
}

export interface UnpaddedClassifierVector {
  readonly note: string;
  readonly bptt: number;
  readonly max_len: number;
  readonly n_class: number;
  readonly weights: NamedTensors;
  readonly x: Matrix;
  readonly y: Vector;
  readonly pooled: Matrix;
  readonly logits_eval: Matrix;
  readonly probs_eval: Matrix;
  readonly grads_eval_mode_ce: NamedTensors;
  readonly train_mode: {
    readonly note: string;
    readonly head_weights: NamedTensors;
    readonly logits: Matrix;
    readonly ce: number;
    readonly ar: number;
    readonly tar: number;
    readonly grads: NamedTensors;
    readonly running_after: NamedTensors;
  };
  readonly singles: readonly { readonly x: Vector; readonly probs: Vector }[];
}

/** One learning rate per layer group, and the momentum. */
export interface HyperParameters {
  readonly lr: Vector;
  readonly mom: number;
}

export interface OneCycleVector {
  readonly n_batches_per_epoch: number;
  readonly epochs: number;
  readonly lr: string;
  readonly moms: Vector;
  readonly per_iteration: readonly HyperParameters[];
  readonly final_after_last_batch: HyperParameters;
}

export interface LinearWeights {
  readonly weight: Matrix;
  readonly bias: Vector;
}

export interface AdamWVector {
  readonly wd: number;
  readonly beta2: number;
  readonly eps: number;
  readonly init: LinearWeights;
  readonly steps: readonly {
    readonly lr: number;
    readonly beta1: number;
    readonly grad: LinearWeights;
    readonly after: LinearWeights;
  }[];
}

export interface ConvertWeightsVector {
  readonly old_itos: readonly string[];
  readonly old_emb: Matrix;
  readonly old_bias: Vector;
  readonly new_itos: readonly string[];
  readonly out: {
    readonly '0.encoder.weight': Matrix;
    readonly '1.decoder.weight': Matrix;
    readonly '1.decoder.bias': Vector;
  };
}

export interface Golden {
  readonly versions: Readonly<Record<string, string>>;
  readonly pre_rules: readonly PreRuleVector[];
  readonly tokenize: readonly { readonly in: string; readonly out: readonly string[] }[];
  readonly join_texts: readonly JoinTextsVector[];
  readonly vocab: readonly VocabVector[];
  readonly decode_spec_tokens: readonly { readonly in: readonly string[]; readonly out: readonly string[] }[];
  readonly lm_batches: readonly LanguageModelBatchesVector[];
  readonly pad_collate: readonly PadCollateVector[];
  readonly lm: LanguageModelVector;
  readonly classifier: ClassifierVector;
  readonly classifier_unpadded: UnpaddedClassifierVector;
  readonly one_cycle: OneCycleVector;
  readonly lr_find: { readonly num_it: number; readonly lrs: Vector };
  readonly lr_range_4_groups: Readonly<Record<'slice(1e-3)' | 'slice(1e-4,1e-2)', Vector>>;
  readonly smooth_loss: { readonly in: Vector; readonly out: Vector };
  readonly adamw: AdamWVector;
  readonly convert_weights: ConvertWeightsVector;
}

const sections: readonly (keyof Golden)[] = [
  'versions',
  'pre_rules',
  'tokenize',
  'join_texts',
  'vocab',
  'decode_spec_tokens',
  'lm_batches',
  'pad_collate',
  'lm',
  'classifier',
  'classifier_unpadded',
  'one_cycle',
  'lr_find',
  'lr_range_4_groups',
  'smooth_loss',
  'adamw',
  'convert_weights',
];

function readGolden(): Golden {
  const parsed: unknown = JSON.parse(readFileSync(join(import.meta.dirname, 'fastai-golden.json'), 'utf8'));
  if (typeof parsed !== 'object' || parsed === null)
    throw new TypeError('fastai-golden.json is not an object');
  for (const section of sections) {
    if (!(section in parsed)) throw new TypeError(`fastai-golden.json has no section ${section}`);
  }
  return parsed as Golden;
}

export const golden: Golden = readGolden();

/** A nested array as one flat array in row-major order, with its shape (`[]` for a single number). */
export function flatten(nested: Nested): {
  readonly values: Float32Array;
  readonly shape: readonly number[];
} {
  const shape: number[] = [];
  let level: Nested | undefined = nested;
  while (typeof level === 'object') {
    shape.push(level.length);
    level = level[0];
  }
  const flat: number[] = [];
  const visit = (part: Nested): void => {
    if (typeof part === 'number') flat.push(part);
    else part.forEach(visit);
  };
  visit(nested);
  return { values: Float32Array.from(flat), shape };
}
