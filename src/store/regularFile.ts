import type { Stats } from 'node:fs';
import { constants, open, stat, type FileHandle } from 'node:fs/promises';
import { UlmfitError } from '../errors';
import { isPipeOfProcess, pipeError, unreadableFile } from './fileErrors';

/**
 * Opens a regular file for reading. Pipes, devices and sockets are refused before they are opened: reading them may
 * wait for ever, never end, or change something. What takes a file's place in between is opened without waiting, and
 * refused then.
 *
 * @throws UlmfitError `file-not-found` or `file-unreadable`
 */
export async function openRegularFile(path: string): Promise<FileHandle> {
  return (await openWithStats(path)).handle;
}

/** As {@link openRegularFile}, with what the system says of the file that was opened. */
export async function openWithStats(path: string): Promise<{ handle: FileHandle; stats: Stats }> {
  let handle: FileHandle | undefined;
  try {
    refuseOthers(path, await stat(path));
    // Windows has no such flag, and no such files.
    handle = await open(path, constants.O_RDONLY | (process.platform === 'win32' ? 0 : constants.O_NONBLOCK));
    const stats = await handle.stat();
    refuseOthers(path, stats);
    return { handle, stats };
  } catch (error) {
    await handle?.close();
    if (error instanceof UlmfitError) throw error;
    throw unreadableFile(path, error);
  }
}

/**
 * All bytes that a regular file has when it is opened; what is appended meanwhile is left out.
 *
 * @param limit for the number of bytes
 * @param tooLarge makes the error for a file that has more
 * @throws UlmfitError `file-not-found`, `file-unreadable` or what `tooLarge` gives
 */
export async function readRegularFile(
  path: string,
  limit: number,
  tooLarge: (bytes: number) => UlmfitError,
): Promise<Buffer> {
  const { handle, stats } = await openWithStats(path);
  try {
    const { size } = stats;
    if (size > limit) throw tooLarge(size);
    const bytes = Buffer.allocUnsafe(size);
    let filled = 0;
    while (filled < size) {
      const { bytesRead } = await handle.read(bytes, filled, size - filled, filled);
      if (bytesRead === 0) break;
      filled += bytesRead;
    }
    return bytes.subarray(0, filled);
  } catch (error) {
    throw error instanceof UlmfitError ? error : unreadableFile(path, error);
  } finally {
    await handle.close();
  }
}

function refuseOthers(path: string, stats: Stats): void {
  if (stats.isFile()) return;
  // Standard input belongs to another process than the one that reads: there it is no more than an empty device.
  if (stats.isFIFO() || isPipeOfProcess(path)) throw pipeError(path);
  if (stats.isDirectory()) {
    throw new UlmfitError('file-unreadable', `${path} is a folder, not a file.`, 'Name a file in it.');
  }
  throw new UlmfitError(
    'file-unreadable',
    `${path} is a device or a socket, not a file.`,
    'Name a file on the disk.',
  );
}
