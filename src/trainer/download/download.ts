import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { UlmfitError } from '../../errors';
import { ownerFolder } from '../../store/ownerOnly';
import { ProcessLock } from '../../store/processLock';
import { saveFailure } from '../../store/saveFailure';
import { shownAddress } from './address';
import {
  cancelled,
  damaged,
  networkFailure,
  otherPart,
  refusal,
  wrongSize,
  type Wanted,
} from './downloadFailure';
import { httpGet, type HttpAnswer } from './httpGet';
import { PartialFile } from './partialFile';

export interface DownloadOptions {
  readonly signal: AbortSignal;
  readonly onProgress?: (done: number, total: number) => void;
  readonly stallMilliseconds?: number;
  /** How long to wait before each further attempt when a connection breaks off. */
  readonly retryMilliseconds?: readonly number[];
}

/** Attempts that brought so much are no failures: those are counted anew. */
const goodProgressBytes = 2 ** 20;
/** Statuses that pass by themselves, or when the download begins anew. */
const passingStatuses = [416, 429, 500, 502, 503, 504];

/** What may be gone at the next attempt; its cause is told if it is not. */
class PassingFailure extends Error {
  override readonly name = 'PassingFailure';
}

/** What is there is another file than the one that is wanted: nothing can be continued on it. */
class SpoiledFile extends Error {
  override readonly name = 'SpoiledFile';
}

/**
 * Downloads a file of known size and hash into a folder of its own, and goes on where an earlier download stopped, if
 * the server can do that and the file there is still the same. Nothing under `<file>.partial` is to be used before this
 * returns its path.
 *
 * @throws {UlmfitError} `download-failed`, `cancelled`, `save-failed`, `already-exists` while another process downloads
 * it, `bad-setting`
 */
export async function download(wanted: Wanted, folder: string, options: DownloadOptions): Promise<string> {
  await mkdir(folder, { recursive: true, mode: ownerFolder }).catch((error: unknown) => {
    throw saveFailure(`${folder} could not be made`, error);
  });
  const lock = await ProcessLock.take(
    folder,
    () =>
      new UlmfitError(
        'already-exists',
        `${wanted.file} is being downloaded by another window or program.`,
        'Wait until that is done, or cancel it there.',
      ),
  );
  lock.giveSigns();
  const partial = new PartialFile(join(folder, `${wanted.file}.partial`));
  try {
    await complete(partial, wanted, options);
    return partial.path;
  } catch (error) {
    if (options.signal.aborted) throw cancelled(wanted, await partial.size());
    if (error instanceof SpoiledFile) await partial.remove();
    const known = error instanceof SpoiledFile || error instanceof PassingFailure ? error.cause : error;
    throw networkFailure(wanted, known, await partial.size());
  } finally {
    await lock.release();
  }
}

/** Attempt after attempt, as long as they bring something. */
async function complete(partial: PartialFile, wanted: Wanted, options: DownloadOptions): Promise<void> {
  const pauses = options.retryMilliseconds ?? [1000, 4000, 15_000];
  const check = new FileCheck(partial, wanted);
  await check.look(await partial.size());
  let failures = 0;
  let received = 0;
  let receivedBefore = 0;
  while ((await partial.size()) !== wanted.bytes) {
    try {
      await fetchRest(partial, wanted, options, async (size, bytes) => {
        received += bytes;
        await check.look(size);
        options.onProgress?.(size, wanted.bytes);
      });
    } catch (error) {
      if (received - receivedBefore >= goodProgressBytes) failures = 0;
      receivedBefore = received;
      const milliseconds = mayPass(error, received) ? pauses[failures++] : undefined;
      if (milliseconds === undefined) throw error;
      await pause(milliseconds, undefined, { signal: options.signal });
    }
  }
}

/** A network that was there a moment ago may come back; one that never was should be told of at once. */
function mayPass(error: unknown, received: number): boolean {
  if (error instanceof PassingFailure) return true;
  return received > 0 && !(error instanceof UlmfitError) && !(error instanceof SpoiledFile);
}

async function fetchRest(
  partial: PartialFile,
  wanted: Wanted,
  { signal, stallMilliseconds = 30_000 }: DownloadOptions,
  onBytes: (size: number, bytes: number) => Promise<void>,
): Promise<void> {
  const address = shownAddress(wanted.address);
  const origin = await partial.origin();
  const validator = origin?.address === address ? origin.validator : undefined;
  const from = validator === undefined ? 0 : await partial.size();
  const headers =
    from > 0 && validator !== undefined ? { range: `bytes=${from}-`, 'if-range': validator } : {};
  const answer = await httpGet(wanted.address, { headers, signal, stallMilliseconds });
  try {
    if (answer.status === 206) checkPart(answer, from, wanted);
    else {
      // The server has no such part: what is there is not of this file.
      if (answer.status === 416) await partial.remove();
      checkWhole(answer, wanted);
      await partial.begin({ address, ...validatorOf(answer) });
    }
  } catch (error) {
    answer.discard();
    throw error;
  }
  let size = await partial.size();
  await partial.append(answer.body, async (now) => {
    await onBytes(now, now - size);
    size = now;
  });
  // It ended as it should, and yet too early: this is another file.
  if (size !== wanted.bytes) throw spoiled(wrongSize(wanted, size));
}

/** The answer has the rest of the file. */
function checkPart({ headers }: HttpAnswer, from: number, wanted: Wanted): void {
  const [, start, total] = /^bytes (\d+)-\d+\/(\d+|\*)$/u.exec(headers['content-range'] ?? '') ?? [];
  if (total !== undefined && total !== '*' && Number(total) !== wanted.bytes) {
    throw spoiled(wrongSize(wanted, Number(total)));
  }
  if (from === 0 || Number(start) !== from) throw spoiled(otherPart(wanted));
}

/** The answer has the whole file. What was downloaded before is still kept if it does not. */
function checkWhole({ status, headers }: HttpAnswer, wanted: Wanted): void {
  if (status === 200) {
    const length = headers['content-length'];
    if (length !== undefined && Number(length) !== wanted.bytes) throw wrongSize(wanted, Number(length));
    return;
  }
  const failure = refusal(wanted, status);
  throw passingStatuses.includes(status)
    ? new PassingFailure('The server cannot answer now.', { cause: failure })
    : failure;
}

/** A date or a strong ETag; a weak one does not promise the same bytes. */
function validatorOf({ headers }: HttpAnswer): { validator?: string } {
  const { etag, 'last-modified': date } = headers;
  const validator = etag !== undefined && !etag.startsWith('W/') ? etag : date;
  return validator === undefined ? {} : { validator };
}

/** Compares the first bytes with their hash as soon as they are there, not a hundred megabytes later. */
class FileCheck {
  #isGood = false;

  constructor(
    private readonly partial: PartialFile,
    private readonly wanted: Wanted,
  ) {}

  async look(size: number): Promise<void> {
    const { bytes, beginning } = this.wanted;
    if (size > bytes) throw spoiled(wrongSize(this.wanted, size));
    if (this.#isGood || size < Math.min(bytes, beginning.bytes)) return;
    if ((await this.partial.md5OfBeginning(beginning.bytes)) !== beginning.md5)
      throw spoiled(damaged(this.wanted));
    this.#isGood = true;
  }
}

function spoiled(error: UlmfitError): SpoiledFile {
  return new SpoiledFile(error.message, { cause: error });
}
