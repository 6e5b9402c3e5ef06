// The command line with the fake trainer, as a process of its own for the tests.
import { join } from 'node:path';
import { standardOutput } from '../../src/cli/fileOutput';
import { runCommandLine } from '../../src/cli/program';

runCommandLine(process.argv.slice(2), {
  stdin: process.stdin,
  stdout: standardOutput(),
  stderr: process.stderr,
  env: process.env,
  trainerPath: join(__dirname, 'fakeTrainer.ts'),
  trainerExecArgv: ['--import', 'tsx'],
  onInterrupt(listener) {
    process.on('SIGINT', listener);
    return () => process.off('SIGINT', listener);
  },
}).then(
  (code) => process.exit(code),
  (error: unknown) => {
    console.error('defect', error);
    process.exit(70);
  },
);
