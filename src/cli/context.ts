import type { EngineFallback, EngineName } from '../options/process';
import type { Output } from './output';

/** What the command line has from the system it runs on, so that tests can give it something else. */
export interface System {
  readonly stdin: NodeJS.ReadableStream & { isTTY?: boolean };
  readonly stdout: NodeJS.WritableStream & { isTTY?: boolean };
  readonly stderr: NodeJS.WritableStream & { isTTY?: boolean };
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The program of the trainer process. */
  readonly trainerPath: string;
  /** Arguments for Node itself in the trainer process. */
  readonly trainerExecArgv?: readonly string[];
  /** Calls the listener at every Ctrl-C until the returned function is called. */
  readonly onInterrupt: (listener: () => void) => () => void;
}

/** What every command gets: the system, where to print, and the options that hold everywhere. */
export interface Context {
  readonly system: System;
  readonly output: Output;
  /** The store's folder. */
  readonly store: string;
  readonly engine: EngineName;
  readonly engineFallback: EngineFallback;
  readonly threads: number | undefined;
}
