// `npm run bench`: one training step at ULMFiT's own size (400/1152/3, vocab 30,000, bs 64, bptt 70), ours and, where a
// Python with PyTorch is named, PyTorch's, in turns. Only the ratio means anything: machines differ.
// And how long the extension takes to activate.
// Processor time is told too: it says more than seconds where other programs run.
//   npm run bench -- --python /path/to/python [--engine onnx --engine tensorflow] [--rounds 3] [--steps 3] [--threads 2] [--emb … --hid … --layers … --vocab … --bs … --bptt …]
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { buildTensorFlow } from './buildTensorFlow.mjs';
import { installIfMissing, root, run } from './install.mjs';

installIfMissing();
const text = { type: 'string' };
const names = ['steps', 'threads', 'emb', 'hid', 'layers', 'vocab', 'bs', 'bptt'];
const { values } = parseArgs({
  options: {
    python: text,
    engine: { ...text, multiple: true },
    rounds: { ...text, default: '3' },
    ...Object.fromEntries(names.map((name) => [name, text])),
  },
});
const sizes = names.flatMap((name) => (values[name] === undefined ? [] : [`--${name}`, values[name]]));

const engines = values.engine ?? ['onnx'];
if (engines.includes('tensorflow')) process.env.ULMFIT_TENSORFLOW ??= buildTensorFlow();
const python = values.python ?? process.env['ULMFIT_BENCH_PYTHON'];
if (!python) console.log('Name a Python that has PyTorch (--python or ULMFIT_BENCH_PYTHON) to compare.');
// In turns, since a machine is not equally fast all the time.
const rounds = Array.from({ length: Number(values.rounds) }, () => {
  const theirs = python ? measureTheirs(python) : undefined;
  return new Map(engines.map((engine) => [engine, compare(measureOurs(engine), theirs)]));
});
if (python) {
  for (const engine of engines) {
    const ofEngine = rounds.map((round) => round.get(engine));
    console.log(
      `${engine} to PyTorch: ${spread(ofEngine.map(({ speed }) => speed))} of its tokens/s, ` +
        `${spread(ofEngine.map(({ work }) => work))} of its tokens for a second of processor time`,
    );
  }
}
run(process.execPath, [join(root, 'scripts', 'build.mjs'), '--no-types']);
const starts = Array.from({ length: 5 }, () =>
  measure(process.execPath, [join(root, 'test', 'bench', 'activation.mjs')]),
);
const median = (name) => starts.map((start) => start[name]).sort((a, b) => a - b)[2];
console.log(
  `activate() ${median('activate_ms').toFixed(1)} ms, after ${median('load_ms').toFixed(1)} ms for loading ${starts[0].modules.length} module (medians of 5)`,
);

function measureOurs(engine) {
  const program = join(root, 'test', 'bench', 'trainingStep.ts');
  const step = measure(process.execPath, ['--import', 'tsx', program, '--engine', engine, ...sizes]);
  report(`ULMFiT for VS Code, ${engine}`, step);
  return step;
}

function measureTheirs(command) {
  const step = measure(command, [join(root, 'test', 'bench', 'pytorchStep.py'), ...sizes]);
  report(`PyTorch ${step.torch}`, step);
  return step;
}

/** Ratios above 1 are in our favour. */
function compare(ours, theirs) {
  return {
    speed: ours.tokens_per_second / theirs?.tokens_per_second,
    work: theirs?.processor_seconds_per_step / ours.processor_seconds_per_step,
  };
}

/** The median, and in brackets the extremes where there are several. */
function spread(numbers) {
  const sorted = numbers.toSorted((a, b) => a - b).map((number) => number.toFixed(2));
  const median = sorted[Math.floor((sorted.length - 1) / 2)];
  return sorted.length > 1 ? `${median} (${sorted[0]} to ${sorted.at(-1)})` : median;
}

function measure(command, args) {
  const { status, stdout } = spawnSync(command, args, {
    cwd: root,
    stdio: ['ignore', 'pipe', 'inherit'],
    encoding: 'utf8',
  });
  if (status !== 0) process.exit(status ?? 1);
  return JSON.parse(stdout.trim().split('\n').at(-1));
}

function report(name, step) {
  const tokens = Math.round(step.tokens_per_second);
  const work = step.processor_seconds_per_step.toFixed(2);
  console.log(
    `${name.padEnd(30)} ${step.seconds_per_step.toFixed(2)} s a step (${work} s of processor time), ${tokens} tokens/s`,
  );
}
