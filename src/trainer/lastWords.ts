import { UlmfitError } from '../errors';

const milliseconds = 2500;
const patienceMilliseconds = 30_000;

/**
 * What is left to do on the disk when a run has ended. It has a few seconds, all of it together, and then the host is
 * told of the ending: a disk that is full, gone or hangs holds up nobody.
 */
export class LastWords {
  #until: number | undefined;

  /** @returns what it failed with, if it did; what takes longer may still succeed later */
  async attempt(work: Promise<unknown>): Promise<unknown> {
    this.#until ??= performance.now() + milliseconds;
    const left = Math.max(0, this.#until - performance.now());
    return within(left, work).then(
      () => undefined,
      (error: unknown) => error ?? new Error('It failed without saying why.'),
    );
  }
}

/** @throws what the work throws, or UlmfitError `save-failed` where the disk does not answer for half a minute */
export function answered<Result>(work: Promise<Result>): Promise<Result> {
  return within(patienceMilliseconds, work);
}

async function within<Result>(limit: number, work: Promise<Result>): Promise<Result> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new SilentDisk());
    }, limit);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** What was asked of the disk may still be done; nobody waits for it any more. */
export class SilentDisk extends UlmfitError {
  constructor() {
    super(
      'save-failed',
      'The disk with the store does not answer.',
      'Check the disk, or choose a store on another one, and try again.',
    );
  }
}
