import { UlmfitError } from '../../errors';
import { shownAddress } from './address';
import { StalledError } from './stall';

/** A file to download, and how it is known. */
export interface Wanted {
  readonly address: URL;
  /** Its name. */
  readonly file: string;
  readonly bytes: number;
  /** The MD5 of its first `bytes`. */
  readonly beginning: { readonly bytes: number; readonly md5: string };
  /** How the user names a mirror of it. */
  readonly mirror?: string;
  /** What to do when it cannot be downloaded at all: how to get it by hand. */
  readonly byHand: string;
}

const usualMirror = 'ulmfit.pretrainedUrl';

/** `105 MB`: decimal units, as browsers and file managers show them. */
export function megabytes(bytes: number): string {
  return bytes < 1e6 ? `${Math.ceil(bytes / 1000)} kB` : `${Math.round(bytes / 1e6)} MB`;
}

export function cancelled({ file, bytes }: Wanted, size: number): UlmfitError {
  return new UlmfitError(
    'cancelled',
    `The download of ${file} was cancelled after ${megabytes(size)} of ${megabytes(bytes)}.`,
    'Start it again: it goes on from there.',
  );
}

/** @param size what was offered, if that is known */
export function wrongSize(
  { address, file, bytes, mirror = usualMirror }: Wanted,
  size: number | undefined,
): UlmfitError {
  return new UlmfitError(
    'download-failed',
    `${shownAddress(address)} has ${size ?? 'more'} bytes instead of ${bytes}: it is not the ${file} that is wanted.`,
    `Check the address of the mirror (${mirror}), or try another.`,
  );
}

export function damaged({ address, file, mirror = usualMirror }: Wanted): UlmfitError {
  return new UlmfitError(
    'download-failed',
    `What ${shownAddress(address)} gives is not the ${file} that is wanted: its hash differs.`,
    `Check the address of the mirror (${mirror}), or try another.`,
  );
}

export function otherPart({ address }: Wanted): UlmfitError {
  return new UlmfitError(
    'download-failed',
    `${shownAddress(address)} gives another part of the file than was asked for.`,
    'Start the download again: it begins anew.',
  );
}

/** The server, or the proxy, says no. */
export function refusal({ address, byHand, mirror = usualMirror }: Wanted, status: number): UlmfitError {
  const shown = shownAddress(address);
  if (status === 407) {
    return new UlmfitError(
      'download-failed',
      'The proxy wants a name and a password (status 407).',
      'Give them in HTTPS_PROXY: http://name:password@host:port.',
    );
  }
  const reason = [404, 410].includes(status) ? 'there is no such file' : 'it refuses';
  return new UlmfitError(
    'download-failed',
    `${shown} answers with status ${status}: ${reason}.`,
    `Check the address of the mirror (${mirror}) and the proxy. ${byHand}`,
  );
}

const unreachable = [
  'ENOTFOUND',
  'EAI_AGAIN',
  'ECONNREFUSED',
  'ENETUNREACH',
  'EHOSTUNREACH',
  'ENETDOWN',
  'ETIMEDOUT',
];

/** What went wrong on the way. @returns an error of ours unchanged */
export function networkFailure({ address, file, byHand }: Wanted, error: unknown, size: number): unknown {
  if (error instanceof UlmfitError || !(error instanceof Error)) return error;
  const { host } = address;
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  const kept = size > 0 ? ` ${megabytes(size)} are kept, and the next download goes on from there.` : '';
  const failed = (message: string, remedy: string) =>
    new UlmfitError('download-failed', message, remedy, { cause: error });
  if (error instanceof StalledError) {
    return failed(
      `The download of ${file} stopped: ${host} is silent (${error.message}).`,
      `Try again.${kept}`,
    );
  }
  if (unreachable.includes(code)) {
    return failed(
      `${host} cannot be reached (${code}).`,
      `Check the connection and the proxy (HTTPS_PROXY, or http.proxy in VS Code).${kept} ${byHand}`,
    );
  }
  if (/CERT|SSL|TLS|ISSUER|SIGNATURE/u.test(code)) {
    return failed(
      `The certificate of ${host} is not trusted (${code}).`,
      `Where a proxy looks into connections, name its certificate in NODE_EXTRA_CA_CERTS. ${byHand}`,
    );
  }
  return failed(
    `The connection to ${host} broke off: ${error.message}${code === '' ? '' : ` (${code})`}.`,
    `Try again.${kept} ${byHand}`,
  );
}
