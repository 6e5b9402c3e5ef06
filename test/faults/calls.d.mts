/** What a file-system call does, as far as it matters for the ways in which it can fail. */
export type CallKind = 'open' | 'create' | 'look' | 'change' | 'remove' | 'read' | 'write' | 'close';
export type FaultCode = 'EIO' | 'ENOSPC' | 'EACCES' | 'KILL' | 'EMFILE' | 'EFBIG' | 'EDQUOT';

/**
 * @param name of the call; that of a file handle begins with `handle.`
 * @param flags of an `open`
 */
export function kindOf(name: string, flags?: unknown): CallKind;

/** Which calls each fault befalls. `KILL` is no error: the process ends there. */
export const befalls: Readonly<Record<FaultCode, readonly CallKind[]>>;

/** The system call that Node names in the error of a call. */
export function systemCallOf(name: string): string;
