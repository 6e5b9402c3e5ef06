import { open, mkdir, readdir, rename, rm, stat } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import { errorCode } from '../systemErrors';
import { ownerFile, ownerFolder } from './ownerOnly';

export { errorCode };

/** A new file that is being written. */
export interface WritableFile {
  /** Appends all of `bytes`. */
  write(bytes: Uint8Array): Promise<void>;
  /** Waits until the bytes are on the disk. */
  sync(): Promise<void>;
  close(): Promise<void>;
}

/** The file-system calls that saving makes, so that a test can let any one of them fail. */
export interface FileSystem {
  /** Creates a file that must not exist yet. */
  createFile(path: string): Promise<WritableFile>;
  /** Creates a folder and those above it. */
  createFolder(path: string): Promise<void>;
  rename(from: string, to: string): Promise<void>;
  /** Deletes a file or a folder with all that is in it; a missing one is fine. */
  remove(path: string): Promise<void>;
  /** Names in a folder; empty if the folder does not exist. */
  names(folder: string): Promise<string[]>;
  /** Waits until the folder's entries are on the disk, where the platform can. */
  syncFolder(folder: string): Promise<void>;
}

const largestWrite = 64 * 2 ** 20;

class NodeFile implements WritableFile {
  constructor(private readonly handle: FileHandle) {}

  async write(bytes: Uint8Array): Promise<void> {
    for (let done = 0; done < bytes.byteLength;) {
      const length = Math.min(bytes.byteLength - done, largestWrite);
      done += (await this.handle.write(bytes, done, length)).bytesWritten;
    }
  }

  async sync(): Promise<void> {
    await this.handle.sync();
  }

  async close(): Promise<void> {
    await this.handle.close();
  }
}

/** The disk; what is made there is its owner's alone (P23). */
export const nodeFileSystem: FileSystem = {
  async createFile(path) {
    return new NodeFile(await open(path, 'wx', ownerFile));
  },
  async createFolder(path) {
    try {
      await mkdir(path, { recursive: true, mode: ownerFolder });
    } catch (error) {
      // Node says of a folder that a read-only disk does not take that it is not there; the simple call says why.
      if (errorCode(error) !== 'ENOENT') throw error;
      await mkdir(await missingBelow(path), { mode: ownerFolder });
      await mkdir(path, { recursive: true, mode: ownerFolder });
    }
  },
  async rename(from, to) {
    // On Windows a virus scanner or an indexer that looks at a new file makes the rename fail for a moment.
    for (let attempt = 0; ; attempt++) {
      try {
        await rename(from, to);
        return;
      } catch (error) {
        const passing = ['EPERM', 'EACCES', 'EBUSY'].includes(errorCode(error) ?? '');
        if (process.platform !== 'win32' || !passing || attempt === 8) throw error;
        await new Promise((resolve) => setTimeout(resolve, 10 * 2 ** attempt));
      }
    }
  },
  async remove(path) {
    await rm(path, { recursive: true, force: true, maxRetries: 3 });
  },
  async names(folder) {
    try {
      return await readdir(folder);
    } catch (error) {
      if (errorCode(error) === 'ENOENT') return [];
      throw error;
    }
  },
  async syncFolder(folder) {
    if (process.platform === 'win32') return; // Folders cannot be opened there; NTFS journals its entries.
    const handle = await open(folder, 'r');
    try {
      await handle.sync();
    } catch (error) {
      // Some network file systems have no such call; there is then nothing more to wait for.
      if (!['EINVAL', 'ENOTSUP'].includes(errorCode(error) ?? '')) throw error;
    } finally {
      await handle.close();
    }
  },
};

/** The disk, with the modes of any program: for what users make in order to use or share it elsewhere. */
export const ordinaryFileSystem: FileSystem = {
  ...nodeFileSystem,
  async createFile(path) {
    return new NodeFile(await open(path, 'wx'));
  },
  async createFolder(path) {
    await mkdir(path, { recursive: true });
  },
};

/** Of a path and the folders above it, the uppermost that is not there. */
async function missingBelow(path: string): Promise<string> {
  const above = dirname(path);
  const isThere = await stat(above).then(
    () => true,
    () => false,
  );
  return isThere || above === path ? path : missingBelow(above);
}
