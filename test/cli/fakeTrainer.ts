// A trainer for tests of the command line: answers at once, or as badly as the names in its requests say.
import { setTimeout as pause } from 'node:timers/promises';
import { UlmfitError } from '../../src/errors';
import { Connection } from '../../src/protocol/connection';
import type { RunEvent } from '../../src/protocol/events';
import { protocolVersion } from '../../src/protocol/limits';
import { parentChannel } from '../../src/protocol/processChannel';

const channel = parentChannel();
if (channel === undefined) throw new Error('Started without a channel.');
const connection = new Connection(channel, {
  log: (line) => {
    console.error(line);
  },
});
connection.onClose(() => process.exit(0));
console.log('what a library prints in the trainer'); // Must not reach the command line's stdout.

let stopRequested = false;
let isEnding = false;
const cancelled = async () => {
  while (!stopRequested) await pause(5);
};

connection.onRequest('hello', ({ store, engine, threads }) => {
  console.error(`hello store=${store} engine=${engine} threads=${threads ?? 'any'} pid=${process.pid}`);
  return Promise.resolve({
    protocolVersion: store.endsWith('other-version') ? 99 : protocolVersion,
    pid: process.pid,
    version: 'fake',
  });
});

async function train(name: string, kind: 'encoder' | 'classifier'): Promise<void> {
  const tell = (event: RunEvent) => {
    connection.notify('event', { run: 'r1', event });
  };
  const phase = { name: 'all layers', trainable: ['rnn'], lr: [0.001, 0.01], epochs: 2, steps: 4 };
  tell({
    event: 'started',
    run: 'r1',
    kind,
    name,
    phases: [phase],
    epochs: 2,
    steps: 4,
    data: { train_rows: 8 },
  });
  tell({ event: 'phase', phase: 1, ...phase });
  tell({ event: 'skipped_rows', count: 1, issues: [{ file: 'a.csv', line: 7, reason: 'no text' }] });
  if (name === 'crashing') process.exit(3);
  if (name === 'young') {
    await cancelled();
    tell({ event: 'cancelled', mode: 'stop', message: 'It was stopped early, so nothing was saved.' });
    return;
  }
  // Until the trainer is to end, which pauses it.
  for (let epoch = 1; name === 'endless'; epoch++) {
    tell({ event: 'epoch', epoch, train_loss: 4, valid_loss: null });
    await pause(5);
    if (!isEnding) continue;
    tell({ event: 'paused', step: epoch });
    return;
  }
  for (const epoch of [1, 2]) {
    tell({
      event: 'progress',
      part: 'train',
      phase: 1,
      epoch,
      batch: 1,
      batches: 2,
      loss: 4,
      tokens_per_second: 600,
    });
    tell({ event: 'epoch', epoch, train_loss: 4 / epoch, valid_loss: null, accuracy: 0.25, seconds: 75 });
    if (name === 'failing') {
      tell({
        event: 'error',
        code: 'loss-not-finite',
        message: 'The loss is NaN.',
        remedy: 'Try a lower --lr.',
      });
      return;
    }
  }
  if (name === 'long') await cancelled();
  if (name === 'deaf') await pause(60_000);
  tell({
    event: 'result',
    run: 'r1',
    kind,
    name,
    metrics: { valid_loss: 2, accuracy: 0.25 },
    stopped: stopRequested,
    classes: ['a', 'b'],
    confusion: [
      [3, 1],
      [0, 4],
    ],
  });
}

const accept = (name: string, kind: 'encoder' | 'classifier') => {
  // After the answer to the request.
  setImmediate(() => {
    train(name, kind).catch((error: unknown) => {
      console.error(error);
      process.exit(1);
    });
  });
  return Promise.resolve({ run: 'r1' });
};
connection.onRequest('train-encoder', (options) => {
  console.error(`options=${JSON.stringify(options)}`);
  return accept(options.name, 'encoder');
});
connection.onRequest('train-classifier', (options) => {
  console.error(`options=${JSON.stringify(options)}`);
  return accept(options.name, 'classifier');
});
connection.onRequest('resume', ({ run, replace }) => accept(`${run}${replace ? '!' : ''}`, 'encoder'));
connection.onRequest('extend', ({ run, epochs, replace }) =>
  accept(`${run}+${epochs}${replace ? '!' : ''}`, 'encoder'),
);
connection.onRequest('make-ensemble', (request) => {
  console.error(`ensemble=${JSON.stringify(request)}`);
  return Promise.resolve({ name: request.name, members: request.models });
});
connection.onRequest('cancel', ({ mode }) => {
  console.error(`cancel=${mode}`);
  stopRequested = true;
  return Promise.resolve({});
});

connection.onRequest('generate', ({ encoder, text, words, seed }) => {
  if (encoder !== 'enc') {
    throw new UlmfitError('not-found', `There is no encoder named "${encoder}".`, 'The store has: "enc".');
  }
  return Promise.resolve({ text: `${text} ${words} ${seed ?? 'none'} \u001b[31mred` });
});
connection.onRequest('classify', async ({ model, texts }) => {
  if (model === 'sleeping') await pause(60_000);
  // Batches are answered at different speeds; the order must hold all the same.
  await pause(texts.length % 7);
  return {
    classes: ['neg', '__proto__'],
    predictions: texts.map((text) => ({
      label: text.includes('good') ? '__proto__' : 'neg',
      probabilities: text.includes('good') ? [0.25, 0.75] : [Number(text) || 1, 0],
    })),
  };
});
let cancelledTask: string | undefined;
connection.onRequest('cancel-task', ({ task }) => {
  console.error(`cancel-task=${task}`);
  cancelledTask = task;
  return Promise.resolve({});
});
connection.onRequest('classify-file', async ({ model, task, out }) => {
  if (model === 'sleeping') {
    console.error('classifying');
    while (task === undefined || cancelledTask !== task) await pause(5);
    throw new UlmfitError('cancelled', 'This was cancelled.', 'Start it again.');
  }
  return { out, rows: 3, issues: [] };
});
connection.onRequest('download-pretrained', ({ task = '', name, url }) => {
  console.error(`download=${name} url=${url ?? 'none'}`);
  connection.notify('task-progress', { task, done: 1, total: 2, stage: 'downloading' });
  return Promise.resolve({ name, words: 60_000 });
});
connection.onRequest('import-model', async ({ task, ...request }) => {
  console.error(`import=${JSON.stringify(request)}`);
  while (request.name === 'sleeping' && cancelledTask !== task) await pause(5);
  if (request.name === 'sleeping')
    throw new UlmfitError('cancelled', 'This was cancelled.', 'Start it again.');
  const { name, classes = ['a'] } = request;
  const format = JSON.stringify(request);
  return { kind: 'model', name, format, words: 34, classes, warnings: ['It is old.'] };
});
connection.onRequest('export-model', ({ out, ...request }) => {
  return Promise.resolve({ files: [out, JSON.stringify(request)] });
});
connection.onRequest('tokenize', ({ texts }) =>
  Promise.resolve({ tokens: texts.map((text) => text.split(' ')) }),
);
connection.onRequest('evaluate', ({ model }) =>
  Promise.resolve({ model, rows: 8, metrics: { accuracy: 0.875 }, issues: [] }),
);
connection.onRequest('doctor', () =>
  Promise.resolve({ checks: [{ name: 'onnx', ok: false, detail: 'not there.', remedy: 'Install it.' }] }),
);
connection.onRequest('shutdown', async () => {
  isEnding = true;
  await pause(50);
  setImmediate(() => process.exit(0));
  return {};
});
setInterval(() => {
  connection.notify('heartbeat', {});
}, 1000);
