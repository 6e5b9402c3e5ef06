import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';
import { searchBeams } from '../../src/inference/beamSearch';
import { nextLogits } from '../../src/inference/generate';
import { samplingWeights } from '../../src/inference/sampling';
import { languageModelConfig } from '../../src/model/awdLstmConfig';
import { LanguageModel } from '../../src/model/languageModel';
import { assignVariables } from '../../src/model/namedTensors';
import { assertClose, toNamedTensors } from './compare';
import { engines, useEngine } from './engines';
import type { NamedTensors } from './goldenFile';

const trace = JSON.parse(readFileSync(join(import.meta.dirname, 'trainingTrace.json'), 'utf8')) as {
  itos: string[];
  language_model: { phases: { weights_after: NamedTensors }[] };
  generation: {
    prompt_ids: number[];
    predict: {
      options: { no_unk?: boolean; temperature?: number; min_p?: number };
      weights: number[][];
      chosen: number[];
    }[];
    beam_search: {
      options: { n_words: number; top_k: number; beam_sz: number; temperature?: number };
      nodes: number[][];
      scores: number[];
    }[];
  };
};

function trainedModel(): LanguageModel {
  const model = new LanguageModel({ ...languageModelConfig, embSz: 12, nHid: 16 }, trace.itos.length, 1);
  const weights = trace.language_model.phases.at(-1)?.weights_after ?? {};
  const rename = (name: string) => (name === '1.decoder.bias' ? 'decoder.bias' : name.replace(/^0\./, ''));
  assignVariables(model.variables, toNamedTensors(weights, rename));
  return model;
}

for (const engine of engines) {
  describe(`generation on ${engine}`, () => {
    before(() => useEngine(engine));

    test('every word is drawn with the weights of fastai', () => {
      const model = trainedModel();
      for (const { options, weights, chosen } of trace.generation.predict) {
        model.reset();
        let next = trace.generation.prompt_ids;
        weights.forEach((wanted, word) => {
          const { no_unk: noUnk = true, temperature = 1, min_p: minP } = options;
          const ours = samplingWeights(nextLogits(model, [next]), { noUnk, temperature, minP });
          const sum = wanted.reduce((total, weight) => total + weight, 0);
          assertClose(
            ours,
            wanted.map((weight) => weight / sum),
            `${JSON.stringify(options)}, word ${word}`,
          );
          next = [chosen[word] ?? 0];
        });
      }
    });

    test('beam search finds the beams of fastai with their scores', async () => {
      for (const { options, nodes, scores } of trace.generation.beam_search) {
        const { n_words: words, top_k: topK, beam_sz: beamSize, temperature = 1 } = options;
        const prompt = trace.generation.prompt_ids;
        const beams = await searchBeams(trainedModel(), prompt, words, { topK, beamSize });
        assert.deepEqual(
          beams.map(({ tokens }) => [...prompt, ...tokens]),
          nodes,
        );
        assertClose(
          beams.map(({ score }) => score / temperature),
          scores,
          'scores',
        );
      }
    });
  });
}
