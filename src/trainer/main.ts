/**
 * The trainer process. A host starts it with an IPC channel and speaks the protocol of src/protocol; a second thread
 * (thread.ts) computes. It ends when its host is gone.
 */
import { join } from 'node:path';
import packageFile from '../../package.json';
import { Connection } from '../protocol/connection';
import { parentChannel } from '../protocol/processChannel';
import { endWithParent } from './endWithParent';
import { TrainerSupervisor } from './supervisor';

// The host's standard error, which may be a pipe that nobody reads any more: that ends nothing.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);

const channel = parentChannel();
if (!channel) {
  process.stderr.write('This is the trainer of ULMFiT; start it with `ulmfit` or from the extension.\n');
  process.exit(2);
}
const log = (line: string) => {
  process.stderr.write(`${line}\n`);
};
/** Leaves without the thread that computes, which may be in the middle of a native call: nothing else ends that. */
const die = () => {
  process.kill(process.pid, 'SIGKILL');
};
const connection = new Connection(channel, { log });
const supervisor = new TrainerSupervisor(connection, {
  version: packageFile.version,
  threadProgram: join(__dirname, 'trainerThread.js'),
  log,
  die,
});

/** A host that is gone waits for nobody: a checkpoint, if it can be had quickly, and out. */
const lastWordsMilliseconds = 3500;
endWithParent(lastWordsMilliseconds);
function leave(): void {
  setTimeout(die, lastWordsMilliseconds).unref();
  supervisor.shutdown().then(() => process.exit(0), die);
}
connection.onClose(leave);
// A terminal that is closed, and whoever ends processes one by one, want the same; the terminal's host gets it, too.
for (const signal of ['SIGHUP', 'SIGTERM'] as const) process.on(signal, leave);
// Nobody reads what is printed to a closed terminal, and that is no reason to end before the checkpoint is saved.
process.stderr.on('error', () => undefined);
