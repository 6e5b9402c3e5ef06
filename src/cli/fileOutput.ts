import { fstatSync, writeSync } from 'node:fs';
import { Writable } from 'node:stream';

/**
 * Standard output for a command: Node's own, but where that is a file one that writes all of each piece. Node's takes a
 * piece of which a full disk had room for the half as written.
 */
export function standardOutput(): NodeJS.WritableStream & { isTTY?: boolean } {
  return isFile(process.stdout.fd) ? new FileOutput(process.stdout.fd) : process.stdout;
}

function isFile(descriptor: number): boolean {
  try {
    return fstatSync(descriptor).isFile();
  } catch {
    // It is closed; Node's own stream knows what to do.
    return false;
  }
}

class FileOutput extends Writable {
  constructor(private readonly descriptor: number) {
    super({ decodeStrings: true });
  }

  override _write(bytes: Uint8Array, _: string, done: (error?: Error) => void): void {
    try {
      for (let written = 0; written < bytes.byteLength;) {
        written += writeSync(this.descriptor, bytes, written);
      }
      done();
    } catch (error) {
      done(error instanceof Error ? error : new Error(String(error)));
    }
  }
}
