import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { protocolVersion } from '../../src/protocol/limits';
import { processExists } from '../../src/store/processIdentity';
import { temporaryFolder } from './host';

const trainer = join(import.meta.dirname, '..', '..', 'dist', 'trainer.js');

/** Whether a process computes; one that ended may stay in the list until its new parent looks (Linux: state Z). */
function isAlive(pid: number): boolean {
  if (!processExists(pid)) return false;
  try {
    return !/^State:\s*Z/mu.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    // Other systems have no such file.
    return process.platform !== 'linux';
  }
}

/** A host that starts a trainer, asks it something and prints its process id when it is busy. */
const hostProgram = (store: string, request: string) => `
  const child = require('node:child_process').fork(${JSON.stringify(trainer)}, [], { execArgv: [] });
  const ask = (id, method, params) => child.send(JSON.stringify({ jsonrpc: '2.0', id, method, params }));
  child.on('message', (text) => {
    if (JSON.parse(text).id !== 1) return;
    ${request}
    setTimeout(() => console.log('busy ' + child.pid), 500);
  });
  ask(1, 'hello', { protocolVersion: ${protocolVersion}, store: ${JSON.stringify(store)}, threads: 1 });`;

for (const [what, request] of [
  ['idle', ''],
  // Tokenising takes the main thread for much longer than five seconds.
  [
    'in the middle of something long',
    "ask(2, 'tokenize', { texts: Array(9).fill('The RAIN, and the storm!!! '.repeat(250000)) });",
  ],
] as const) {
  test(
    `P9: a trainer that is ${what} is gone 5 s after its host was killed`,
    { timeout: 60_000 },
    async (t) => {
      const host = spawn(process.execPath, ['-e', hostProgram(temporaryFolder(t), request)], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      t.after(() => host.kill('SIGKILL'));
      let pid = 0;
      for await (const line of createInterface({ input: host.stdout })) {
        pid = Number(/busy (\d+)/u.exec(line)?.[1] ?? 0);
        if (pid > 0) break;
      }
      assert.ok(isAlive(pid));
      const exited = once(host, 'exit');
      host.kill('SIGKILL');
      await exited;
      const killed = Date.now();
      while (isAlive(pid) && Date.now() - killed < 20_000) await pause(50);
      assert.ok(Date.now() - killed < 5000, `gone after ${Date.now() - killed} ms`);
    },
  );
}
