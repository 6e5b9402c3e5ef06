import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import * as tf from '@tensorflow/tfjs-core';
import { useEngine } from '../engine/engines';
import { changedNames, snapshot } from '../model/tinyModels';
import type { FitCallbacks, Learner, LearnerOptions } from './learner';
import { readLearnerState, restoreLearnerState } from './learnerState';
import { slice } from './learningRate';
import { tinyClassifierTraining, tinyLanguageModelTraining } from './tinyLearners';

before(() => useEngine('onnx', 1));

/** Stops after so many steps; an epoch's validation is finished first. */
function stopAfter(steps: number): FitCallbacks {
  let done = 0;
  return {
    onStep: () => {
      done++;
    },
    shouldStop: (part) => part === 'training' && done >= steps,
  };
}

/** All numbers of a learner as bytes, and its counters. */
function everythingOf(learner: Learner<unknown>): unknown {
  const { tensors, counters } = readLearnerState(learner);
  const { position, ...rest } = counters;
  const bytes = [...tensors].map(([name, { data }]) => [name, Buffer.from(data.buffer).toString('hex')]);
  // How long an epoch took is the one thing that differs from run to run.
  return { bytes, rest, position: { ...position, epochSeconds: 0 } };
}

const learners: readonly [string, (options?: LearnerOptions) => Learner<unknown>][] = [
  ['language model', tinyLanguageModelTraining],
  ['classifier', tinyClassifierTraining],
];

for (const [kind, create] of learners) {
  describe(`training a ${kind}`, () => {
    const settings = { moms: [0.8, 0.7] } as const;
    const train = async (learner: Learner<unknown>) => learner.fitOneCycle(2, 1e-2, settings);

    test('frozen groups keep every byte, and everything else moves', async () => {
      for (const freezeTo of [-1, 1, 0]) {
        const learner = create();
        learner.freezeTo(freezeTo);
        const old = snapshot(learner.model.variables);
        await learner.fitOneCycle(1, slice(1e-3, 1e-2));
        const expected = [...learner.optimizer.trainable.keys()];
        // The running statistics follow the data whatever is frozen.
        const statistics = [...old.keys()].filter((name) => name.includes('running'));
        const changed = changedNames(old, learner.model.variables);
        assert.deepEqual(changed.toSorted(), [...expected, ...statistics].sort());
      }
    });

    test('the same seed gives the same weights, another seed others', async () => {
      const [first, second, other] = [create(), create(), create({ seed: 2 })];
      for (const learner of [first, second, other]) await train(learner);
      assert.deepEqual(everythingOf(second), everythingOf(first));
      assert.notDeepEqual(everythingOf(other), everythingOf(first));
    });

    test('stopped at any step and gone on with in a new learner, it is as if it had never stopped', async () => {
      const whole = create();
      whole.freezeTo(1);
      await train(whole);
      const steps = 2 * whole.batchesPerEpoch;
      for (let stopAt = 1; stopAt < steps; stopAt++) {
        const first = create();
        first.freezeTo(1);
        const outcome = await first.fitOneCycle(2, 1e-2, { ...settings, callbacks: stopAfter(stopAt) });
        assert.equal(outcome, 'stopped');
        const { tensors, counters } = readLearnerState(first);
        const second = create();
        restoreLearnerState(second, tensors, counters);
        await second.fitOneCycle(2, 1e-2, { ...settings, from: counters.position });
        assert.deepEqual(everythingOf(second), everythingOf(whole), `stopped after step ${stopAt}`);
      }
    });

    test('validation neither trains nor is seen by the training', async () => {
      const learner = create();
      const before = everythingOf(learner);
      const metrics = await learner.validate();
      assert.ok(Number.isFinite(metrics?.['valid_loss']));
      assert.deepEqual(everythingOf(learner), before);
      const [with_, without] = [create(), create()];
      await with_.fitOneCycle(2, 1e-2);
      await without.fitOneCycle(2, 1e-2, { validate: false });
      assert.deepEqual(everythingOf(without), everythingOf(with_));
    });

    test('keeps no tensor from step to step', async () => {
      const learner = create();
      const counts: number[] = [];
      const onStep = () => void counts.push(tf.memory().numTensors);
      await learner.fitOneCycle(2, 1e-2, { callbacks: { onStep } });
      assert.equal(new Set(counts).size, 1, counts.join());
    });

    test('a loss that is not a number ends the fit before anything was changed, and names step and layer', async () => {
      const learner = create();
      const [name, variable] = [...learner.model.variables][2] ?? [];
      assert.ok(name !== undefined && variable);
      variable.assign(tf.fill(variable.shape, NaN));
      const old = snapshot(learner.model.variables);
      await assert.rejects(train(learner), {
        code: 'loss-not-finite',
        message: new RegExp(`batch 1 of epoch 1 \\(step 1\\).*${name.replaceAll('.', '\\.')}`, 'u'),
        remedy: /lower learning rate/u,
      });
      const moved = changedNames(old, learner.model.variables).filter((each) => !each.includes('running'));
      assert.deepEqual(moved, []);
    });
  });
}

describe('a fit', () => {
  test('reports every step and every epoch in order', async () => {
    const learner = tinyLanguageModelTraining();
    const told: string[] = [];
    const outcome = await learner.fitOneCycle(2, 1e-2, {
      callbacks: {
        onStep: ({ epoch, batch, batches, step }) => void told.push(`${epoch}:${batch}/${batches}=${step}`),
        onValidate: (epoch) => void told.push(`validate ${epoch}`),
        onEpoch: ({ epoch, metrics }) => void told.push(`${epoch}: ${Object.keys(metrics).join()}`),
      },
    });
    assert.equal(outcome, 'completed');
    const end = (epoch: number) => [`validate ${epoch}`, `${epoch}: valid_loss,accuracy,perplexity`];
    assert.deepEqual(told, [
      ...['1:1/4=1', '1:2/4=2', '1:3/4=3', '1:4/4=4', ...end(1)],
      ...['2:1/4=5', '2:2/4=6', '2:3/4=7', '2:4/4=8', ...end(2)],
    ]);
  });

  test('can be stopped while it validates', async () => {
    const outcome = await tinyLanguageModelTraining().fitOneCycle(2, 1e-2, {
      callbacks: { shouldStop: (part) => part === 'validation' },
    });
    assert.equal(outcome, 'stopped');
  });

  test('makes a new optimiser when layers are frozen or freed, and goes on with it otherwise', async () => {
    const learner = tinyLanguageModelTraining();
    await learner.fit(1, 1e-3);
    await learner.fit(1, 1e-3);
    assert.equal(learner.optimizer.step, 8);
    learner.unfreeze();
    assert.equal(learner.optimizer.step, 0);
    assert.ok([...learner.optimizer.readMoments().values()].every(({ data }) => data.every((x) => x === 0)));
  });

  test('makes gradients of what is trainable alone', async () => {
    const learner = tinyLanguageModelTraining();
    learner.freeze();
    const { optimizer } = learner;
    const apply = optimizer.apply.bind(optimizer);
    let seen: string[] = [];
    optimizer.apply = (gradients, hyper) => {
      seen = Object.keys(gradients);
      apply(gradients, hyper);
    };
    await learner.fit(1, 1e-3);
    const expected = [...optimizer.trainable.values()].map(({ name }) => name);
    assert.deepEqual(seen.toSorted(), expected.toSorted());
  });

  test('lets the tensors of an optimiser go with it', () => {
    const learner = tinyLanguageModelTraining();
    const before = tf.memory().numTensors;
    learner.freeze();
    learner.unfreeze();
    assert.equal(tf.memory().numTensors, before);
  });

  test('clips gradients to a global norm', async () => {
    const moved = async (clip?: number) => {
      const learner = tinyLanguageModelTraining({ wd: 0 });
      await learner.fit(1, 1e-3, { validate: false, ...(clip === undefined ? {} : { clip }) });
      const [[, mean] = ['', undefined]] = learner.optimizer.readMoments();
      return mean?.data.reduce((sum, x) => sum + x * x, 0) ?? NaN;
    };
    assert.ok((await moved(1e-3)) < (await moved()) / 10);
    assert.equal(await moved(1e9), await moved());
  });
});

test('state of another model is refused', () => {
  const { tensors, counters } = readLearnerState(tinyClassifierTraining());
  assert.throws(
    () => {
      restoreLearnerState(tinyLanguageModelTraining(), tensors, counters);
    },
    { code: 'corrupt-file' },
  );
});
