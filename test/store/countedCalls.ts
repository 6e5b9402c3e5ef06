/** Counts the calls to the file system that this process makes, and the bytes it reads, whoever makes them. */
import fs from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';

export interface Counted {
  calls: number;
  bytesRead: number;
  /** Names that folders were read for. */
  namesRead: number;
}

const counted = ['open', 'stat', 'lstat', 'readdir', 'readFile', 'access', 'realpath'] as const;

export async function countCalls(action: () => Promise<unknown>): Promise<Counted> {
  const counts: Counted = { calls: 0, bytesRead: 0, namesRead: 0 };
  const originals = { ...fs };
  const replaced = fs as Record<string, unknown>;
  for (const name of counted) {
    const original = fs[name] as (...args: unknown[]) => Promise<unknown>;
    replaced[name] = async (...args: unknown[]) => {
      counts.calls++;
      const result = await original(...args);
      if (name === 'readdir') counts.namesRead += (result as unknown[]).length;
      if (name === 'readFile') counts.bytesRead += (result as Uint8Array | string).length;
      return name === 'open' ? countedHandle(result as fs.FileHandle, counts) : result;
    };
  }
  syncBuiltinESMExports();
  try {
    await action();
  } finally {
    Object.assign(fs, originals);
    syncBuiltinESMExports();
  }
  return counts;
}

function countedHandle(handle: fs.FileHandle, counts: Counted): fs.FileHandle {
  const read = handle.read.bind(handle) as (...args: unknown[]) => Promise<{ bytesRead: number }>;
  const readFile = handle.readFile.bind(handle) as (...args: unknown[]) => Promise<Uint8Array | string>;
  const stat = handle.stat.bind(handle) as (...args: unknown[]) => Promise<unknown>;
  return Object.assign(handle, {
    read: async (...args: unknown[]) => {
      counts.calls++;
      const result = await read(...args);
      counts.bytesRead += result.bytesRead;
      return result;
    },
    readFile: async (...args: unknown[]) => {
      counts.calls++;
      const result = await readFile(...args);
      counts.bytesRead += result.length;
      return result;
    },
    stat: (...args: unknown[]) => {
      counts.calls++;
      return stat(...args);
    },
  });
}
