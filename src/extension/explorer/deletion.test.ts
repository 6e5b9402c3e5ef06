import assert from 'node:assert/strict';
import { test } from 'node:test';
import { UlmfitError } from '../../errors';
import { deletionQuestion, refuseGoingOn, runsBehind, type StoreContents } from './deletion';
import type { ExplorerNode } from './nodes';
import { renamingProblem } from './renaming';
import { encoderEntry, english, modelEntry, runFile } from './sampleContents';

const contents: StoreContents = {
  encoders: [encoderEntry('mail')],
  models: [modelEntry('tickets'), modelEntry('other', { lineage: { encoder: 'wiki' } })],
  runs: [
    { id: 'r1', status: 'paused', run: runFile('r1', { options: { encoder: 'mail' } }) },
    { id: 'r2', status: 'running', run: runFile('r2') },
    { id: 'r3', status: 'done', run: runFile('r3', { options: { encoder: 'mail' }, name: 'finished' }) },
  ],
  inUse: 'tickets',
};
const mail: ExplorerNode = { kind: 'encoder', name: 'mail' };
const tickets: ExplorerNode = { kind: 'model', name: 'tickets' };
const ask = (nodes: readonly ExplorerNode[], toTrash = false) =>
  deletionQuestion(nodes, contents, toTrash, english);

test('deleting an encoder names the models made from it and the runs that need it', () => {
  const { message, detail } = ask([mail]);
  assert.equal(message, 'Delete the encoder "mail"?');
  assert.match(detail, /Encoder "mail" \(12 MB, perplexity 43\.21\)/u);
  assert.match(detail, /Made from it: tickets\./u);
  assert.match(detail, /Runs that need it to go on: tickets\./u);
  assert.doesNotMatch(detail, /other|finished/u);
  assert.match(detail, /This cannot be undone\.$/u);
});

test('models that go with their encoder are not said to stay', () => {
  const { message, detail } = ask([mail, tickets]);
  assert.equal(message, 'Delete these 2?');
  assert.doesNotMatch(detail, /Made from it/u);
  assert.match(detail, /Model "tickets" \(13 MB, accuracy 91\.2 %\)\. It is the model in use\./u);
});

test('deleting a paused run says that it cannot be resumed', () => {
  const { message, detail } = ask([{ kind: 'run', name: 'r1' }], true);
  assert.equal(message, 'Delete the run of "tickets"?');
  assert.match(detail, /no longer be resumed/u);
  assert.match(detail, /brought back from the trash\.$/u);
});

test('a run that goes on is not deleted', () => {
  assert.throws(
    () => ask([tickets, { kind: 'run', name: 'r2' }]),
    (error) => error instanceof UlmfitError && error.remedy === 'Stop or discard it first.',
  );
});

test('P23: the question tells of the runs that made it, and they can go along', () => {
  assert.deepEqual(runsBehind([tickets], contents), [
    { kind: 'run', name: 'r1' },
    { kind: 'run', name: 'r2' },
  ]);
  assert.match(ask([tickets]).detail, /Runs that made it, with excerpts of its texts: 2\./u);
  assert.deepEqual(runsBehind([mail], contents), []);
  assert.doesNotMatch(ask([mail]).detail, /Runs that made it/u);
  assert.deepEqual(runsBehind([tickets, { kind: 'run', name: 'r1' }], contents), [
    { kind: 'run', name: 'r2' },
  ]);
  const broken = { kind: 'broken', name: 'tickets', brokenKind: 'model' } as const;
  assert.equal(runsBehind([broken], contents).length, 2);
});

test('P23: a run that goes on does not go along', () => {
  const { runs } = contents;
  const behind = runsBehind([tickets], contents);
  assert.ok(runs.some(({ id, status }) => status === 'running' && behind.some(({ name }) => name === id)));
  assert.throws(() => {
    refuseGoingOn(behind, contents, english);
  }, /going on/u);
});

test('many and strange names keep the question short and visible', () => {
  const nodes = Array.from({ length: 50 }, (_, i): ExplorerNode => {
    return { kind: 'broken', name: `bad\u202E${i}`, brokenKind: 'model' };
  });
  const { detail } = ask(nodes);
  assert.match(detail, /"bad⟨U\+202E⟩0" cannot be read; its folder goes\./u);
  assert.match(detail, /and 42 more/u);
});

test('a new name must be one, and free but for a change of its own case', () => {
  const taken = ['mail', 'news'];
  assert.equal(renamingProblem('mail', 'post', taken, english), undefined);
  assert.equal(renamingProblem('mail', 'Mail', taken, english), undefined);
  assert.equal(renamingProblem('mail', 'mail', taken, english), undefined);
  assert.equal(renamingProblem('mail', 'NEWS', taken, english), 'There is already one named "news".');
  assert.match(renamingProblem('mail', 'a/b', taken, english) ?? '', /cannot be a name/u);
  assert.match(renamingProblem('mail', '', taken, english) ?? '', /it is empty/u);
});
