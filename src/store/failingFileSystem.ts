import type { FileSystem, WritableFile } from './fileSystem';

/**
 * For tests: a file system that fails one call, or every call from one on, as a disk does.
 *
 * @param inner what the other calls go to
 * @param failAt the number of the first call to fail, from 1
 * @param code the error's code, such as `ENOSPC`
 * @param forever fail every later call too: from outside this is what a killed process looks like
 */
export function failingFileSystem(
  inner: FileSystem,
  failAt: number,
  code: string,
  forever: boolean,
): { fileSystem: FileSystem; hasFailed: () => boolean } {
  let calls = 0;
  const attempt = async <Result>(call: () => Promise<Result>): Promise<Result> => {
    calls++;
    if (calls === failAt || (forever && calls > failAt)) {
      throw Object.assign(new Error(`${code}: injected at call ${calls}`), { code });
    }
    return call();
  };
  const failingFile = (file: WritableFile): WritableFile => ({
    // Half of the bytes reach the disk before the write fails.
    write: (bytes) =>
      attempt(() => file.write(bytes)).catch(async (error: unknown) => {
        await file.write(bytes.subarray(0, bytes.length >> 1));
        throw error;
      }),
    sync: () => attempt(() => file.sync()),
    // A descriptor is freed even where close reports an error.
    close: () =>
      attempt(() => file.close()).catch(async (error: unknown) => {
        await file.close();
        throw error;
      }),
  });
  return {
    hasFailed: () => calls >= failAt,
    fileSystem: {
      createFile: (path) => attempt(async () => failingFile(await inner.createFile(path))),
      createFolder: (path) => attempt(() => inner.createFolder(path)),
      rename: (from, to) => attempt(() => inner.rename(from, to)),
      remove: (path) => attempt(() => inner.remove(path)),
      names: (folder) => attempt(() => inner.names(folder)),
      syncFolder: (folder) => attempt(() => inner.syncFolder(folder)),
    },
  };
}
