import { UlmfitError } from '../../../errors';
import { megabytes } from '../../download/downloadFailure';

/** A file of Python's package index or of npm's registry, and how it is known, wherever it comes from. */
export interface EnginePackage {
  /** Whose package it is, and who fetches it as this machine is set up to: from which index or mirror, by which proxy. */
  readonly client: 'pip' | 'npm';
  readonly name: string;
  readonly version: string;
  readonly file: string;
  readonly bytes: number;
  readonly sha256: string;
  /** The MD5 of its first `bytes`: at an address, a wrong file is noticed before it is there as a whole. */
  readonly beginning: { readonly bytes: number; readonly md5: string };
}

/** How to do without a client: which files, and where to put them. */
export function byHand(packages: readonly EnginePackage[], folder: string): string {
  const list = packages.map(
    ({ name, version, file, bytes, sha256 }) =>
      `${file} (${name} ${version}, ${megabytes(bytes)}, SHA-256 ${sha256})`,
  );
  return `Or get these files on any machine, put them into ${folder}, and install again: ${list.join(', ')}.`;
}

/** What a machine without the client can do. */
export function noClient({ client }: EnginePackage, remedy: string): UlmfitError {
  return client === 'pip'
    ? new UlmfitError(
        'download-failed',
        'pip is not on this machine, which fetches TensorFlow’s libraries: neither pip, pip3, python3, python nor py runs it.',
        `Install Python with pip. ${remedy}`,
      )
    : new UlmfitError(
        'download-failed',
        'npm is not on this machine, which fetches WebGPU for Node.',
        `Install Node.js, which brings npm. ${remedy}`,
      );
}
