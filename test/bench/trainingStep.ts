/**
 * Times whole training steps of the language model (forward, backward, AdamW, all dropouts) and prints one JSON line.
 * `tsx trainingStep.ts [--engine onnx] [--threads 2] [--steps 3] [--emb 400] [--hid 1152] [--layers 3] [--vocab 30000] [--bs 64] [--bptt 70]`
 */
import { parseArgs } from 'node:util';
import { LanguageModelBatches } from '../../src/data/languageModelBatches';
import { type EngineChoice, useEngine } from '../../src/engine/engines';
import { RandomStream } from '../../src/random';
import { languageModelConfig } from '../../src/model/awdLstmConfig';
import { LanguageModel } from '../../src/model/languageModel';
import { LanguageModelTraining } from '../../src/training/languageModelTraining';

const { values } = parseArgs({
  options: {
    engine: { type: 'string', default: 'onnx' },
    threads: { type: 'string', default: '2' },
    steps: { type: 'string', default: '3' },
    emb: { type: 'string', default: '400' },
    hid: { type: 'string', default: '1152' },
    layers: { type: 'string', default: '3' },
    vocab: { type: 'string', default: '30000' },
    bs: { type: 'string', default: '64' },
    bptt: { type: 'string', default: '70' },
  },
});

async function main(): Promise<void> {
  await useEngine(values.engine as EngineChoice, Number(values.threads));
  const [steps, vocab, bs, bptt] = [values.steps, values.vocab, values.bs, values.bptt].map(Number) as [
    number,
    number,
    number,
    number,
  ];
  const config = {
    ...languageModelConfig,
    embSz: Number(values.emb),
    nHid: Number(values.hid),
    nLayers: Number(values.layers),
  };
  const random = RandomStream.named(1, 'bench');
  const text = Int32Array.from({ length: (steps + 1) * bs * bptt }, () => random.integer(vocab));
  const batches = new LanguageModelBatches([text], { bs, bptt });
  const learner = new LanguageModelTraining(new LanguageModel(config, vocab, 1), batches, undefined, {
    seed: 1,
  });
  const marks: number[] = [];
  const work: number[] = [];
  const onStep = () => {
    marks.push(performance.now());
    const { user, system } = process.cpuUsage();
    work.push(user + system);
  };
  await learner.fit(1, 1e-3, { callbacks: { onStep }, validate: false });
  // The first step builds the kernels.
  const median = medianDifference(marks) / 1e3;
  console.log(
    JSON.stringify({
      engine: values.engine,
      seconds_per_step: median,
      tokens_per_second: (bs * bptt) / median,
      processor_seconds_per_step: medianDifference(work) / 1e6,
      resident_mib: Math.round(process.memoryUsage().rss / 2 ** 20),
    }),
  );
}

/** Of the differences from each number to the next. */
function medianDifference(numbers: readonly number[]): number {
  const differences = numbers.slice(1).map((number, i) => number - (numbers[i] ?? 0));
  return differences.sort((a, b) => a - b)[Math.floor(differences.length / 2)] ?? NaN;
}

void main();
