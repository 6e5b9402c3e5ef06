import { Worker } from 'node:worker_threads';

const lookMilliseconds = 500;

/**
 * Ends this process when its parent is gone for some time, even in the middle of a step, which can take longer than
 * anyone should have to wait for a process to go. Where the event loop is free the process ends by itself before that.
 */
export function endWithParent(graceMilliseconds: number): void {
  // The main thread hears nothing during a step, so another one looks. It is told as text, to need no file of its own.
  const watch = `
    const { workerData } = require('node:worker_threads');
    const { parent, lookMilliseconds, graceMilliseconds } = workerData;
    const isGone = () => {
      // An orphan gets another parent; where it does not (Windows), the parent's number is free.
      if (process.ppid !== parent) return true;
      try {
        process.kill(parent, 0);
        return false;
      } catch (error) {
        return error.code === 'ESRCH';
      }
    };
    const look = setInterval(() => {
      if (!isGone()) return;
      clearInterval(look);
      setTimeout(() => process.kill(process.pid, 'SIGKILL'), graceMilliseconds);
    }, lookMilliseconds);`;
  const worker = new Worker(watch, {
    eval: true,
    workerData: { parent: process.ppid, lookMilliseconds, graceMilliseconds },
  });
  worker.on('error', (error) => {
    process.stderr.write(`The parent cannot be watched: ${error.message}\n`);
  });
  worker.unref();
}
