#!/usr/bin/env node
import { join } from 'node:path';
import { runCommandLine } from './program';

process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  // The reader of a pipe, such as `head`, has enough.
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
});

runCommandLine(process.argv.slice(2), {
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
  env: process.env,
  trainerPath: join(__dirname, 'trainer.js'),
  onInterrupt(listener) {
    process.on('SIGINT', listener);
    return () => process.off('SIGINT', listener);
  },
}).then(
  (code) => {
    // After what was printed has been read: standard input may still be open, so nothing else ends the process.
    process.stdout.write('', () => process.exit(code));
  },
  (error: unknown) => {
    console.error('This is a defect in ULMFiT. Please report it with these lines.\n', error);
    process.exit(1);
  },
);
