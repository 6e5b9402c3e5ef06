import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runSteps, type Step, type StepOutcome } from './stepSequence';

interface Draft {
  readonly path: string[];
  skip?: boolean;
}

/** Steps that answer as the script says, one outcome a question. */
function scripted(names: readonly string[], script: readonly StepOutcome[], skipped?: string) {
  const outcomes = [...script];
  return names.map((name): Step<undefined, Draft> => ({
    applies: (draft) => name !== skipped || draft.skip !== true,
    ask: (_, draft, { step, totalSteps }) => {
      draft.path.push(`${name} ${step}/${totalSteps}`);
      return Promise.resolve(outcomes.shift() ?? 'next');
    },
  }));
}

async function walk(script: readonly StepOutcome[], draft: Draft = { path: [] }, skipped?: string) {
  const done = await runSteps(undefined, scripted(['a', 'b', 'c'], script, skipped), draft);
  return { done, path: draft.path };
}

test('Enter all the way asks each question once', async () => {
  assert.deepEqual(await walk([]), { done: true, path: ['a 1/3', 'b 2/3', 'c 3/3'] });
});

test('Back asks the question before again', async () => {
  const { done, path } = await walk(['next', 'next', 'back', 'back', 'next', 'next', 'next']);
  assert.equal(done, true);
  assert.deepEqual(path, ['a 1/3', 'b 2/3', 'c 3/3', 'b 2/3', 'a 1/3', 'b 2/3', 'c 3/3']);
});

test('leaving ends it wherever it is', async () => {
  assert.deepEqual(await walk(['next', 'cancel']), { done: false, path: ['a 1/3', 'b 2/3'] });
});

test('a question that does not arise is not asked, not counted, and passed on the way back', async () => {
  const { done, path } = await walk(['next', 'back', 'next', 'next'], { path: [], skip: true }, 'b');
  assert.equal(done, true);
  assert.deepEqual(path, ['a 1/2', 'c 2/2', 'a 1/2', 'c 2/2']);
});

test('Back from the first question that arises asks it again', async () => {
  const { path } = await walk(['back', 'next', 'next'], { path: [], skip: true }, 'a');
  assert.deepEqual(path, ['b 1/2', 'b 1/2', 'c 2/2']);
});

test('a question may arise from the answer to one before', async () => {
  const draft: Draft = { path: [] };
  const [first, second] = scripted(['a', 'b'], [], 'b');
  assert.ok(first && second);
  const answering: Step<undefined, Draft> = {
    ask: (ui, given, place) => {
      given.skip = true;
      return first.ask(ui, given, place);
    },
  };
  assert.equal(await runSteps(undefined, [answering, second], draft), true);
  assert.deepEqual(draft.path, ['a 1/2']);
});

test('no question is no obstacle', async () => {
  assert.equal(await runSteps(undefined, [], {}), true);
});
