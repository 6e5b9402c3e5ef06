import type { System } from './context';

/** Standard output can no longer be written. */
export class OutputFailure extends Error {
  /** Nobody reads it any more, as after `| head`: that is no news to whoever ended it. */
  readonly isClosed: boolean;

  constructor(cause: NodeJS.ErrnoException) {
    super(`The output could not be written: ${cause.message}.`, { cause });
    // Windows calls it EOF.
    this.isClosed = ['EPIPE', 'EOF', 'ECONNRESET', 'ERR_STREAM_DESTROYED'].includes(cause.code ?? '');
  }
}

/**
 * Notices when standard output can no longer be written, which is a failure of the command. A standard error that cannot
 * be written ends nothing: there is nowhere left to say so.
 */
export class OutputWatch {
  /** Rejected with an `OutputFailure` as soon as a write has failed. */
  readonly failed: Promise<never>;
  #failure: OutputFailure | undefined;

  constructor(private readonly system: Pick<System, 'stdout' | 'stderr'>) {
    const { stdout, stderr } = system;
    this.failed = new Promise((_, reject) => {
      stdout.on('error', (error: NodeJS.ErrnoException) => {
        this.#failure ??= new OutputFailure(error);
        reject(this.#failure);
      });
    });
    // It may be rejected while nobody waits for it.
    this.failed.catch(() => undefined);
    stderr.on('error', () => undefined);
  }

  /** Waits until everything that was printed is written. @throws OutputFailure */
  async settle(): Promise<void> {
    const { stdout } = this.system;
    // Where nothing waits to be written, nobody needs to read any more.
    const isWritten = 'writableLength' in stdout && stdout.writableLength === 0;
    if (!this.#failure && !isWritten) await new Promise((resolve) => stdout.write('', resolve));
    // An error is told after the write is answered.
    await new Promise((resolve) => setImmediate(resolve));
    if (this.#failure) throw this.#failure;
  }
}
