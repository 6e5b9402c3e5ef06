/** Takes the lock of a folder when it is told to, says whether it got it, and keeps it until it is killed. */
import { UlmfitError } from '../../src/errors';
import { ProcessLock } from '../../src/store/processLock';

const folder = process.argv[2] ?? '';
const refusal = () => new UlmfitError('in-use', 'Another one has it.', 'Wait.');

process.stdin.once('data', () => {
  ProcessLock.take(folder, refusal).then(
    (lock) => {
      lock.giveSigns();
      process.stdout.write('taken\n');
    },
    (error: unknown) => {
      const isRefused = error instanceof UlmfitError && error.code === 'in-use';
      process.stdout.write(isRefused ? 'refused\n' : `${String(error)}\n`);
    },
  );
});
process.stdout.write('ready\n');
