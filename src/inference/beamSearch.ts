import { setImmediate } from 'node:timers/promises';
import { RandomStream } from '../random';
import type { LanguageModel } from '../model/languageModel';
import { unkId } from '../text/specialTokens';
import type { Vocab } from '../text/vocab';
import { nextLogits, promptIds, withNewWords } from './generate';
import { draw } from './sampling';

export interface BeamSearchOptions {
  readonly noUnk?: boolean;
  /** How many continuations of each beam are looked at. */
  readonly topK?: number;
  /** How many beams are kept. */
  readonly beamSize?: number;
  readonly temperature?: number;
  readonly seed?: number;
  readonly sep?: string;
  /** For a model that reads backwards: the new words stand before the text. */
  readonly backwards?: boolean;
}

export interface Beam {
  /** The new tokens, without the prompt. */
  tokens: number[];
  /** Sum of −log probability of its tokens. */
  score: number;
}

/**
 * Continues a text by the likeliest sequences and draws one of them by its probability (fastai's `beam_search`; that
 * repeats the prompt in its result, ours does not).
 */
export async function beamSearch(
  model: LanguageModel,
  vocab: Vocab,
  text: string,
  words: number,
  { temperature = 1, seed = 0, sep = ' ', backwards = false, ...options }: BeamSearchOptions = {},
): Promise<string> {
  const prompt = promptIds(vocab, text, backwards);
  const beams = await searchBeams(model, prompt, words, options);
  const lowest = Math.min(...beams.map(({ score }) => score));
  const weights = beams.map(({ score }) => Math.exp((lowest - score) / temperature));
  const chosen = beams[draw(weights, RandomStream.named(seed, 'beam search').uniform())];
  return withNewWords(text, vocab.tokensOf(chosen?.tokens ?? []), backwards).join(sep);
}

/** The `beamSize` likeliest continuations found, best first. */
export async function searchBeams(
  model: LanguageModel,
  prompt: readonly number[],
  words: number,
  { noUnk = true, topK = 10, beamSize = 1000 }: BeamSearchOptions = {},
): Promise<Beam[]> {
  let beams: Beam[] = [{ tokens: [], score: 0 }];
  model.reset();
  for (let word = 0; word < words; word++) {
    const rows = word === 0 ? [prompt] : beams.map(({ tokens }) => tokens.slice(-1));
    const logits = nextLogits(model, rows);
    const vocab = logits.length / rows.length;
    const candidates = beams.flatMap((beam, row) =>
      likeliest(logits.subarray(row * vocab, (row + 1) * vocab), topK, noUnk).map(({ token, cost }) => ({
        row,
        beam: { tokens: [...beam.tokens, token], score: beam.score + cost },
      })),
    );
    const kept = candidates.sort((a, b) => a.beam.score - b.beam.score).slice(0, beamSize);
    model.selectRows(kept.map(({ row }) => row));
    beams = kept.map(({ beam }) => beam);
    await setImmediate();
  }
  model.reset();
  return beams;
}

/** The `count` tokens with the highest logits, with −log of their probabilities. */
function likeliest(logits: Float32Array, count: number, noUnk: boolean): { token: number; cost: number }[] {
  const largest = logits.reduce((max, logit) => Math.max(max, logit), -Infinity);
  const logSum = Math.log(logits.reduce((sum, logit) => sum + Math.exp(logit - largest), 0)) + largest;
  return Array.from(logits, (logit, token) => ({ token, cost: logSum - logit }))
    .filter(({ token }) => !(noUnk && token === unkId))
    .sort((a, b) => a.cost - b.cost)
    .slice(0, count);
}
