import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { UlmfitError } from '../errors';
import { Connection } from '../protocol/connection';
import { protocolVersion, silenceMilliseconds } from '../protocol/limits';
import { childChannel } from '../protocol/processChannel';
import type { Context } from './context';

const helloMilliseconds = 60_000;
const shutdownMilliseconds = 8000;
const goneMilliseconds = 2000;

/** The trainer, a child process that lives as long as one command. */
export class TrainerProcess {
  private constructor(
    private readonly child: ChildProcess,
    readonly connection: Connection,
  ) {}

  /** Starts the trainer and compares versions. @throws UlmfitError `trainer-failed` or `protocol` */
  static async start({ system, output, store, engine, threads }: Context): Promise<TrainerProcess> {
    if (!existsSync(system.trainerPath)) {
      throw new UlmfitError(
        'trainer-failed',
        `The trainer ${system.trainerPath} is missing.`,
        'Install ULMFiT again, or run "npm run build" in a checkout.',
      );
    }
    const child = fork(system.trainerPath, [], {
      // What a library prints in the trainer goes to stderr: stdout is for documented output alone.
      stdio: ['ignore', 2, 2, 'ipc'],
      serialization: 'json',
      execArgv: [...(system.trainerExecArgv ?? [])],
      env: system.env,
    });
    const connection = new Connection(childChannel(child), {
      log: (line) => {
        output.note(`[trainer] ${line}`);
      },
    });
    connection.onNotification('log', ({ level, message }) => {
      if (level === 'warning' || level === 'error') output.note(`${level}: ${message}`);
    });
    const trainer = new TrainerProcess(child, connection);
    trainer.watch((line) => {
      output.note(line);
    });
    try {
      const hello = await connection.request(
        'hello',
        { protocolVersion, store, engine, ...(threads === undefined ? {} : { threads }) },
        helloMilliseconds,
      );
      if (hello.protocolVersion !== protocolVersion) {
        throw new UlmfitError(
          'protocol',
          `The trainer speaks version ${hello.protocolVersion} of the protocol, this program version ${protocolVersion}.`,
          'Install ULMFiT again so that both are of one version.',
        );
      }
    } catch (error) {
      trainer.kill();
      throw error;
    }
    return trainer;
  }

  /** Says so when the trainer gives no sign of life, and when it does again. */
  private watch(say: (line: string) => void): void {
    let last = Date.now();
    let silent = false;
    let patience = silenceMilliseconds;
    this.connection.onNotification('heartbeat', ({ quietSeconds = 0 }) => {
      last = Date.now();
      patience = Math.max(silenceMilliseconds, 2000 * quietSeconds);
      if (silent) say('The trainer responds again.');
      silent = false;
    });
    const timer = setInterval(() => {
      if (silent || Date.now() - last < patience) return;
      silent = true;
      say('The trainer is not responding. Press Ctrl-C twice to end it.');
    }, 1000);
    timer.unref();
    this.connection.onClose(() => {
      clearInterval(timer);
    });
  }

  /** Ends the trainer in good order; by force if it takes too long. */
  async end(): Promise<void> {
    if (this.hasExited()) return;
    const exited = once(this.child, 'exit');
    const timer = setTimeout(() => {
      this.kill();
    }, shutdownMilliseconds);
    try {
      await this.connection.request('shutdown', {}, shutdownMilliseconds);
    } catch (error) {
      if (!(error instanceof UlmfitError)) throw error;
      // It ended before it answered, or is silent: the timer or the closed channel ends it.
    }
    this.connection.close();
    await exited;
    clearTimeout(timer);
  }

  /** Ends the trainer at once. */
  kill(): void {
    if (!this.hasExited()) this.child.kill('SIGKILL');
  }

  /** Waits until the process is gone, but not for ever: one in a system call that does not return stays. */
  async gone(): Promise<void> {
    if (this.hasExited()) return;
    await Promise.race([once(this.child, 'exit'), pause(goneMilliseconds, undefined, { ref: false })]);
  }

  private hasExited(): boolean {
    return this.child.exitCode !== null || this.child.signalCode !== null || this.child.pid === undefined;
  }
}
