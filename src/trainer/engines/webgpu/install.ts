import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { UlmfitError } from '../../../errors';
import { withFile } from '../../../store/byteSource';
import { corruptFile } from '../../../store/fileErrors';
import { readTarMembers } from '../../../store/foreign/tarFile';
import type { DownloadOptions } from '../../download/download';
import type { Task } from '../../tasks';
import { type Installed, installEngine } from '../installEngine';
import type { EnginePackage } from '../packages/enginePackage';

/** WebGPU for Node of the version that the engine drives (engine/webgpu/dawnLibrary.ts), for all platforms. */
export const webgpuPackage: EnginePackage = {
  client: 'npm',
  name: 'webgpu',
  version: '0.6.2',
  file: 'webgpu-0.6.2.tgz',
  bytes: 51_264_151,
  sha256: '77a6be6513b9f7c2e94425620ce603efb38cdc5d0393e1b31a1b0c8479330ffd',
  beginning: { bytes: 65_536, md5: '3a503f96691a193699a95e1ad764a09f' },
};

export interface WebgpuOrder {
  readonly package?: EnginePackage;
  /** An address or a folder that has it. */
  readonly from?: string | undefined;
}

/**
 * Gets WebGPU for Node and unpacks what this platform needs of it; nothing of it is run.
 * @throws {UlmfitError} `engine-unavailable` where there is none for this platform; what {@link installEngine} throws
 */
export function installWebgpu(
  { package: wanted = webgpuPackage, from }: WebgpuOrder,
  task: Pick<Task, 'signal' | 'report'>,
  options: Omit<DownloadOptions, 'signal' | 'onProgress'> = {},
): Promise<Installed> {
  const unpack = (archive: string, folder: string) => unpackPackage(archive, folder, task.signal);
  return installEngine({ engine: 'webgpu', packages: [wanted], from, unpack }, task, options);
}

async function unpackPackage(archive: string, folder: string, signal: AbortSignal): Promise<void> {
  const members = await withFile(archive, (source) =>
    readTarMembers(source, { gzip: true, wanted: isOfThisPlatform, signal }),
  );
  if (![...members.keys()].some((name) => name.endsWith('dawn.node'))) throw noneForThisPlatform();
  for (const [name, bytes] of members) {
    const [first, ...rest] = name.split('/');
    if (first !== 'package' || rest.includes('..')) {
      throw corruptFile(archive, 'it has a member outside of the package');
    }
    const target = join(folder, ...rest);
    await mkdir(dirname(target), { recursive: true });
    await writeFile(target, bytes);
  }
}

/** The library, the compilers that lie beside it on Windows, and the licence. */
function isOfThisPlatform(name: string): boolean {
  const architecture = process.platform === 'darwin' ? 'universal' : process.arch;
  return (
    name === 'package/LICENSE.md' || name.startsWith(`package/dist/${process.platform}-${architecture}/`)
  );
}

function noneForThisPlatform(): UlmfitError {
  return new UlmfitError(
    'engine-unavailable',
    `WebGPU for Node is not made for ${process.platform}-${process.arch}.`,
    'Use the engine "onnx".',
  );
}
