/** Wrong usage: exit code 2, with a hint at the help. */
export class UsageError extends Error {}

/** Ended by Ctrl-C: exit code 130. */
export class InterruptedError extends Error {}
