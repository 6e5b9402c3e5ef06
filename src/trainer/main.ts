/**
 * The trainer process. A host starts it with an IPC channel and speaks the protocol of src/protocol; it computes, and
 * ends when its host is gone.
 */
import packageFile from '../../package.json';
import { Connection } from '../protocol/connection';
import { parentChannel } from '../protocol/processChannel';
import { endWithParent } from './endWithParent';
import { Trainer } from './trainer';

const channel = parentChannel();
if (!channel) {
  process.stderr.write('This is the trainer of ULMFiT; start it with `ulmfit` or from the extension.\n');
  process.exit(2);
}
const connection = new Connection(channel, {
  log: (line) => process.stderr.write(`${line}\n`),
});
const trainer = new Trainer(connection, packageFile.version);

/** A host that is gone waits for nobody: a checkpoint, if it can be had quickly, and out. */
const lastWordsMilliseconds = 3500;
endWithParent(lastWordsMilliseconds);
connection.onClose(() => {
  const leave = () => process.exit(0);
  setTimeout(leave, lastWordsMilliseconds).unref();
  trainer.shutdown().then(leave, leave);
});
