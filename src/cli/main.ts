#!/usr/bin/env node
import { join } from 'node:path';
import { standardOutput } from './fileOutput';
import { runCommandLine } from './program';

const stdout = standardOutput();

runCommandLine(process.argv.slice(2), {
  stdin: process.stdin,
  stdout,
  stderr: process.stderr,
  env: process.env,
  trainerPath: join(__dirname, 'trainer.js'),
  onInterrupt(listener) {
    process.on('SIGINT', listener);
    return () => process.off('SIGINT', listener);
  },
}).then(
  (code) => {
    // Standard input may still be open, so nothing else ends the process.
    process.exit(code);
  },
  (error: unknown) => {
    console.error('This is a defect in ULMFiT. Please report it with these lines.\n', error);
    process.exit(1);
  },
);
