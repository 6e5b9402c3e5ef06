/** What a process's native code has before it, which is not always what `process.env` says. */
export interface NativeView {
  readonly environment: Readonly<Record<string, unknown>>;
  /** Paths of the libraries that are loaded. */
  readonly libraries: readonly string[];
}

/**
 * Reads environment and libraries as native code sees them. In a thread `process.env` is a copy unless the thread was
 * started with `SHARE_ENV`, and test runners replace it; Node's diagnostic report has the real one.
 * @returns undefined for a Node that cannot make a report without looking at the network (before 20.13)
 */
export function nativeView(): NativeView | undefined {
  const report = process.report as (NodeJS.ProcessReport & { excludeNetwork?: boolean }) | undefined;
  if (report?.excludeNetwork === undefined) return undefined;
  const before = report.excludeNetwork;
  // Else it would ask for the names of all hosts that this process is connected with.
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
