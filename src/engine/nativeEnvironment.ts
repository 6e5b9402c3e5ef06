import { createRequire } from 'node:module';
import { isMainThread } from 'node:worker_threads';

/** What a process's native code has before it, which is not always what `process.env` says. */
export interface NativeView {
  readonly environment: Readonly<Record<string, unknown>>;
  /** Paths of the libraries that are loaded, as far as this thread knows. */
  readonly libraries: readonly string[];
}

/**
 * The environment as native code sees it. In a thread `process.env` is a copy unless the thread was started with
 * `SHARE_ENV`, and test runners replace it; Node's diagnostic report then has the real one.
 * @returns undefined where that report cannot be made without looking at the network (Node before 20.13)
 */
export function nativeView(): NativeView | undefined {
  if (isMainThread && isRealEnvironment()) {
    // No report: it has a part of each thread, which looks at the network unless that thread itself said otherwise.
    return { environment: process.env, libraries: Object.keys(createRequire(__filename).cache) };
  }
  const report = process.report as (NodeJS.ProcessReport & { excludeNetwork?: boolean }) | undefined;
  if (report?.excludeNetwork === undefined) return undefined;
  const before = report.excludeNetwork;
  // Else it would ask for the names of all hosts that this thread is connected with.
  report.excludeNetwork = true;
  try {
    const { environmentVariables, sharedObjects } = report.getReport() as {
      environmentVariables?: Record<string, unknown>;
      sharedObjects?: string[];
    };
    return { environment: environmentVariables ?? {}, libraries: sharedObjects ?? [] };
  } finally {
    report.excludeNetwork = before;
  }
}

/** The system's environment makes a text of whatever it is given, an object in its place keeps it. */
function isRealEnvironment(): boolean {
  const name = 'ULMFIT_IS_REAL_ENVIRONMENT';
  Reflect.set(process.env, name, 1);
  const isReal = process.env[name] === '1';
  Reflect.deleteProperty(process.env, name);
  return isReal;
}
