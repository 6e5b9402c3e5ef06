import { constants } from 'node:buffer';
import { UlmfitError } from '../errors';
import { isPipeOfProcess, pipeError } from '../store/fileErrors';
import { readRegularFile } from '../store/regularFile';
import { detectEncoding } from './detectEncoding';
import { encodingName, NotInEncoding, toUtf8 } from './namedEncoding';

/** A file's text as UTF-8 without a byte order mark, and the encoding that it is in on disk. */
export interface TextFile {
  readonly utf8: Buffer;
  readonly encoding: string;
}

/**
 * Reads a text file in whatever encoding it is.
 *
 * @param encoding reads it as this instead of finding out
 * @throws UlmfitError 'file-not-found', 'file-unreadable', 'not-text' (binary), 'bad-encoding' (naming the byte offset)
 * or 'bad-setting' (no encoding of that name)
 */
export async function readTextFile(file: string, encoding?: string): Promise<TextFile> {
  const bytes = await readBytes(file);
  return decodeTextFile(file, bytes, encoding);
}

/** The pure half of {@link readTextFile}. */
export function decodeTextFile(file: string, bytes: Buffer, encoding?: string): TextFile {
  const chosen = encoding === undefined ? detected(file, bytes) : encodingName(encoding);
  try {
    return { utf8: toUtf8(bytes, chosen), encoding: chosen };
  } catch (error) {
    if (!(error instanceof NotInEncoding)) throw error;
    throw new UlmfitError(
      'bad-encoding',
      `${file} is not ${chosen}: the byte at offset ${error.offset} does not fit.`,
      encoding === undefined
        ? 'Save the file as UTF-8, or name its encoding.'
        : 'Name the encoding that the file is really in, or leave it to be found out.',
      { cause: error },
    );
  }
}

/**
 * All of a file's text in one piece, where the whole of it is one text.
 * @throws UlmfitError 'file-unreadable' where it is too long for that
 */
export function wholeText(file: string, utf8: Buffer): string {
  if (utf8.length <= constants.MAX_STRING_LENGTH) return utf8.toString();
  throw new UlmfitError(
    'file-unreadable',
    `${file} is too long for one text: it has more than ${Math.floor(constants.MAX_STRING_LENGTH / 2 ** 20)} MiB.`,
    'Split it, or give its texts as the rows of a CSV or JSONL file.',
  );
}

const maximumBytes = 2 ** 31 - 1;

function readBytes(file: string): Promise<Buffer> {
  return readRegularFile(
    file,
    maximumBytes,
    () => new UlmfitError('file-unreadable', `${file} is larger than 2 GB.`, 'Split it into several files.'),
  );
}

/** A failed file operation in the user's terms. */
export function fileError(file: string, error: unknown): UlmfitError {
  if (isPipeOfProcess(file)) return pipeError(file, error);
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'ENOENT' || code === 'ENOTDIR') {
    return new UlmfitError('file-not-found', `There is no file or folder ${file}.`, 'Check the path.', {
      cause: error,
    });
  }
  const reason = error instanceof Error ? error.message : String(error);
  return new UlmfitError(
    'file-unreadable',
    `${file} cannot be read: ${reason}`,
    'Check that the file exists, is not open elsewhere, and that you may read it.',
    { cause: error },
  );
}

function detected(file: string, bytes: Buffer): string {
  const detection = detectEncoding(bytes);
  if ('encoding' in detection) return detection.encoding;
  if ('binaryAt' in detection) {
    throw new UlmfitError(
      'not-text',
      `${file} is not a text file: it has a control character at byte offset ${detection.binaryAt}.`,
      'Give a CSV, TSV, JSONL or .txt file. If it is text, save it as UTF-8 or name its encoding.',
    );
  }
  const { unsureAt, reason, candidates } = detection;
  const named = candidates.length === 0 ? '' : ` (for instance ${candidates.slice(0, 4).join(', ')})`;
  throw new UlmfitError(
    'bad-encoding',
    `The encoding of ${file} cannot be told: the byte at offset ${unsureAt} is not ASCII, and the file ${reason}.`,
    `Save the file as UTF-8, or name its encoding${named}.`,
  );
}
