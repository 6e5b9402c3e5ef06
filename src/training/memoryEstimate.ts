/** What decides how much memory a training takes. */
export interface TrainingSizes {
  readonly embSz: number;
  readonly nHid: number;
  readonly nLayers: number;
  /** Words in the vocabulary. */
  readonly vocab: number;
  /** Rows of a batch. */
  readonly bs: number;
  /** Steps of a row that one training step holds: `bptt`, or of a classifier the longest text that is pooled. */
  readonly time: number;
  /** Whether every token's next word is predicted, as by a language model. */
  readonly hasDecoder: boolean;
}

/** Bytes. */
export interface MemoryEstimate {
  readonly weights: number;
  /** Gradients and the two moments of Adam. */
  readonly optimizer: number;
  /** What a step keeps for its gradient, and its temporary arrays. */
  readonly activations: number;
  /** Of the whole process. */
  readonly total: number;
}

const floatBytes = 4;
/** Node, the libraries and the program. */
const processBytes = 180 * 2 ** 20;
/** Probabilities are kept in blocks of about this size. */
const logitBytes = 160 * 2 ** 20;
/** Arrays that are kept to be used again, and texts. Measured: see the test. */
const slack = 1.3;

/**
 * How much memory a training will take on a processor, within about a fifth. Per token and layer of width `out` that is
 * fed `in` numbers, a step keeps four gates and their gradients, state, output and dropout (8 · out), and its input
 * twice (2 · in).
 */
export function estimateTrainingMemory(sizes: TrainingSizes): MemoryEstimate {
  const { embSz, vocab, bs, time, hasDecoder } = sizes;
  const layers = layerWidths(sizes);
  const embedding = vocab * embSz;
  const parameters =
    embedding + layers.reduce((sum, { input, out }) => sum + 4 * out * (input + out) + 8 * out, 0);
  const weights = parameters * floatBytes;
  const tokens = bs * time;
  const perToken = 2 * embSz + layers.reduce((sum, { input, out }) => sum + 8 * out + 2 * input, 0);
  // The recurrent matrices with their dropout, and turned for the way back.
  const recurrent = layers.reduce((sum, { out }) => sum + 2 * 4 * out * out, 0);
  const decoder = hasDecoder ? embedding * floatBytes + Math.min(tokens * vocab * floatBytes, logitBytes) : 0;
  const activations = (tokens * perToken + recurrent) * floatBytes + decoder;
  const optimizer = 3 * weights;
  return {
    weights,
    optimizer,
    activations,
    total: processBytes + slack * (weights + optimizer + activations),
  };
}

/** The largest batch of at most `bs` rows, halved as often as it takes, that fits into so many bytes; 0 where none does. */
export function batchSizeThatFits(sizes: TrainingSizes, bytes: number): number {
  for (let bs = sizes.bs; bs >= 1; bs = Math.floor(bs / 2)) {
    if (estimateTrainingMemory({ ...sizes, bs }).total <= bytes) return bs;
  }
  return 0;
}

/** The last layer is as wide as the embedding (fastai text/models/awd_lstm.py). */
function layerWidths({ embSz, nHid, nLayers }: TrainingSizes) {
  return Array.from({ length: nLayers }, (_, layer) => ({
    input: layer === 0 ? embSz : nHid,
    out: layer === nLayers - 1 ? embSz : nHid,
  }));
}
