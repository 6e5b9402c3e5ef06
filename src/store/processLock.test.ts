import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { after, before, beforeEach, describe, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { UlmfitError } from '../errors';
import { type Holder, lifeOf, ProcessLock } from './processLock';
import { type ProcessIdentity, thisProcess } from './processIdentity';

let folder = '';
let all = '';
const file = () => join(folder, 'process.json');
// Signs of life keep no process alive, and so no test.
const alive = setInterval(() => undefined, 1000);
let holder: Holder | undefined;
const refusal = (found: Holder) => {
  holder = found;
  return new UlmfitError('in-use', 'Another one has it.', 'Wait.');
};
const take = () => ProcessLock.take(folder, refusal);
before(async () => {
  all = await mkdtemp(join(tmpdir(), 'lock-'));
});
beforeEach(async () => {
  folder = await mkdtemp(join(all, 'l-'));
  holder = undefined;
});
after(async () => {
  clearInterval(alive);
  await rm(all, { recursive: true, force: true, maxRetries: 5 });
});

const minute = 60_000;
const isLinux = process.platform === 'linux';

/** A lock as another process has left it, with its last sign of life so long ago. */
async function leave(owner: Partial<ProcessIdentity> & { id?: string }, silence = 0): Promise<void> {
  await writeFile(file(), JSON.stringify({ ...(await thisProcess()), id: 'another', thread: 0, ...owner }));
  const then = new Date(Date.now() - silence);
  await utimes(file(), then, then);
}

/** The id of a process that runs until the test is over. */
function livingProcess(t: { after: (end: () => void) => void }): number {
  const child = spawn(process.execPath, ['-e', 'setInterval(() => 0, 1000)'], { stdio: 'ignore' });
  t.after(() => child.kill('SIGKILL'));
  return child.pid ?? 0;
}

const startOf = async (pid: number) =>
  Number((await readFile(`/proc/${pid}/stat`, 'utf8')).split(') ')[1]?.split(' ')[19]);

const nobody = 2 ** 30;

describe('P25: the lock of a folder', () => {
  test('is had by one at a time', async () => {
    const lock = await take();
    assert.equal(await lifeOf(folder), 'alive');
    await assert.rejects(take(), { code: 'in-use' });
    assert.equal(holder?.pid, process.pid);
    assert.equal((await ProcessLock.ofThisProcess(folder)) !== undefined, true);
    await lock.release();
    assert.equal(await lifeOf(folder), 'dead');
    await (await take()).release();
    assert.deepEqual(await readdir(folder), []);
  });

  test('is not released by who has lost it', async () => {
    const lock = await take();
    await leave({ pid: process.ppid, start: -1 });
    const before = await readFile(file(), 'utf8');
    await lock.release();
    assert.equal(await readFile(file(), 'utf8'), before);
  });

  test('tells its owner when another process has it', async () => {
    const lock = await take();
    const lost = new Promise<void>((resolve) => {
      lock.giveSigns(resolve);
    });
    await leave({ pid: process.ppid });
    await lost;
    assert.match(await readFile(file(), 'utf8'), /"id":"another"/u);
  });

  test('gets a sign of life every second', async (t) => {
    const lock = await take();
    t.after(() => lock.release());
    const then = new Date(Date.now() - minute);
    await utimes(file(), then, then);
    assert.notEqual(await lifeOf(folder), 'alive');
    lock.giveSigns();
    while ((await lifeOf(folder)) !== 'alive') await pause(50);
  });

  test('of a thread that died passes to the next one, and of none that lives', async () => {
    await leave({}); // Of this thread, that it does not know of: it was released, and the disk did not let it go.
    await (await take()).release();
    const program = `
      const { parentPort, workerData } = require('node:worker_threads');
      require('tsx/cjs');
      const { ProcessLock } = require(workerData.program);
      ProcessLock.take(workerData.folder, () => new Error('refused')).then(
        () => parentPort.postMessage('taken'), (error) => parentPort.postMessage(error.message));`;
    const inThread = async () => {
      const workerData = { folder, program: join(import.meta.dirname, 'processLock.ts') };
      const worker = new Worker(program, { eval: true, workerData });
      const [answer] = (await once(worker, 'message')) as [string];
      await worker.terminate();
      return answer;
    };
    assert.equal(await inThread(), 'taken');
    assert.equal(await lifeOf(folder), 'alive', 'nobody else knows that the thread is gone');
    assert.equal(await inThread(), 'taken');
    await rm(file());
    const lock = await take();
    assert.equal(await inThread(), 'refused');
    await lock.release();
  });

  test('of a process that is gone is free', async () => {
    for (const silence of [0, minute, 60 * minute, -60 * minute]) {
      await leave({ pid: nobody }, silence);
      assert.equal(await lifeOf(folder), 'dead');
      await (await take()).release();
    }
  });

  test('of a former version is understood', async (t) => {
    const pid = livingProcess(t);
    for (const [content, silence, life] of [
      [{ pid }, 0, 'alive'],
      [{ pid }, minute, 'silent'],
      [{ pid }, 11 * minute, 'dead'],
      [{ pid: nobody }, 0, 'dead'],
    ] as const) {
      await writeFile(file(), `${JSON.stringify(content)}\n`);
      const then = new Date(Date.now() - silence);
      await utimes(file(), then, then);
      assert.equal(await lifeOf(folder), life, JSON.stringify([content, silence]));
    }
  });

  test('that is damaged is taken to be just written, and after some time to be of nobody', async () => {
    for (const content of ['', '{"pid":', '[]', '{"pid":"x"}']) {
      await writeFile(file(), content);
      assert.equal(await lifeOf(folder), 'alive');
      await assert.rejects(take(), { code: 'in-use' });
      const then = new Date(Date.now() - minute);
      await utimes(file(), then, then);
      assert.equal(await lifeOf(folder), 'dead');
    }
    await (await take()).release();
  });

  test('of a process that lives is never free, however the clock is set', { skip: !isLinux }, async (t) => {
    const pid = livingProcess(t);
    for (const silence of [minute, 11 * minute, 7 * 24 * 60 * minute, -11 * minute, -7 * 24 * 60 * minute]) {
      await leave({ pid, start: await startOf(pid) }, silence);
      assert.equal(await lifeOf(folder), 'silent');
      await assert.rejects(take(), { code: 'in-use' });
      assert.deepEqual([holder?.life, holder?.isUnseen], ['silent', false]);
    }
  });

  test(
    'is free where another process has the id by now, or the owner is a zombie',
    { skip: !isLinux },
    async (t) => {
      const pid = livingProcess(t);
      await leave({ pid, start: (await startOf(pid)) - 1 });
      assert.equal(await lifeOf(folder), 'dead');
      // Its parent becomes a program that never looks after its children.
      const parent = spawn('sh', ['-c', 'sleep 0 & echo $!; exec sleep 1000'], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      t.after(() => parent.kill('SIGKILL'));
      const [line] = (await once(createInterface({ input: parent.stdout }), 'line')) as [string];
      const zombie = Number(line);
      while (!(await readFile(`/proc/${zombie}/stat`, 'utf8')).includes(') Z ')) await pause(20);
      await leave({ pid: zombie, start: await startOf(zombie) });
      assert.equal(await lifeOf(folder), 'dead');
      await writeFile(file(), JSON.stringify({ pid: zombie }));
      assert.equal(await lifeOf(folder), 'dead');
    },
  );

  test(
    'of another container or machine is judged by its signs of life alone, and with patience',
    { skip: !isLinux },
    async () => {
      for (const elsewhere of [{ namespace: 'pid:[1]' }, { host: 'elsewhere', boot: 'another' }]) {
        for (const [silence, life] of [
          [0, 'alive'],
          [minute, 'silent'],
          [-minute, 'silent'],
          [11 * minute, 'dead'],
        ] as const) {
          await leave({ ...elsewhere, pid: nobody }, silence);
          assert.equal(await lifeOf(folder), life, JSON.stringify([elsewhere, silence]));
        }
        const taking = take();
        // Its clock is another one: while this one waits it gives a sign.
        await pause(200);
        const then = new Date(Date.now() - 11 * minute);
        await utimes(file(), then, then);
        await assert.rejects(taking, { code: 'in-use' });
        assert.equal(holder?.isUnseen, true);
        await (await take()).release();
      }
    },
  );

  test('of a machine that was started anew since is free', { skip: !isLinux }, async () => {
    await leave({ boot: 'the last one' }, minute);
    assert.equal(await lifeOf(folder), 'dead');
    await leave({ boot: 'the last one' });
    assert.equal(await lifeOf(folder), 'alive', 'a machine of the same name');
  });
});

test(
  'P25: of eight processes that find a dead owner exactly one gets the lock',
  { timeout: 240_000 },
  async (t) => {
    const script = join(import.meta.dirname, '..', '..', 'test', 'store', 'takeLock.ts');
    for (let round = 0; round < 4; round++) {
      folder = await mkdtemp(join(all, 'race-'));
      await leave({ pid: nobody });
      // One that was killed while it took over from that one.
      if (round % 2 === 1) await writeFile(`${file()}.next`, await readFile(file()));
      const children = Array.from({ length: 8 }, (): ChildProcess =>
        spawn(process.execPath, ['--import', 'tsx', script, folder], { stdio: ['pipe', 'pipe', 'inherit'] }),
      );
      t.after(() => {
        for (const child of children) child.kill('SIGKILL');
      });
      const answers = children.map((child) => {
        assert.ok(child.stdout);
        return createInterface({ input: child.stdout })[Symbol.asyncIterator]();
      });
      for (const answer of answers) assert.equal((await answer.next()).value, 'ready');
      for (const child of children) child.stdin?.write('now\n');
      const said = await Promise.all(answers.map(async (answer) => String((await answer.next()).value)));
      assert.equal(said.filter((each) => each === 'taken').length, 1, said.join(' '));
      assert.equal(said.filter((each) => each === 'refused').length, 7, said.join(' '));
      const winner = children[said.indexOf('taken')];
      assert.equal((JSON.parse(await readFile(file(), 'utf8')) as { pid: number }).pid, winner?.pid);
      assert.deepEqual(await readdir(folder), ['process.json']);
      for (const child of children) child.kill('SIGKILL');
      await Promise.all(children.map((child) => once(child, 'exit')));
      assert.equal(await lifeOf(folder), 'dead');
    }
  },
);
