import { UlmfitError } from '../errors';
import { maximumMessageLength, maximumTextLength } from '../protocol/limits';
import { JsonTooDeepError, parseBoundedJson } from '../store/boundedJson';

/** One line of JSON Lines input: its text, or why it has none. */
export type TextLine =
  { readonly line: number; readonly text: string } | { readonly line: number; readonly reason: string };

/** Texts in one request: few enough that answers come soon, enough that the trainer can batch by length. */
const linesPerBatch = 256;
/** What stands beside the text is not used. */
const deepestValue = 64;
const charactersPerBatch = 4 * 2 ** 20;

/**
 * Reads `{"text": …}` lines and yields them in batches, in order. What has arrived is yielded at once, so a program
 * that writes a line and waits for its answer gets it. Empty lines are passed over.
 *
 * @throws UlmfitError `bad-encoding`
 */
export async function* textLines(input: NodeJS.ReadableStream): AsyncGenerator<TextLine[]> {
  let batch: TextLine[] = [];
  let characters = 0;
  for await (const lines of wholeLines(input)) {
    for (const { line, content } of lines) {
      if (content.trim() === '') continue;
      batch.push(parseLine(line, content));
      characters += content.length;
      if (batch.length >= linesPerBatch || characters >= charactersPerBatch) {
        yield batch;
        batch = [];
        characters = 0;
      }
    }
    if (batch.length > 0) yield batch;
    batch = [];
    characters = 0;
  }
}

function parseLine(line: number, content: string): TextLine {
  let value: unknown;
  try {
    value = parseBoundedJson(content, deepestValue);
  } catch (error) {
    return { line, reason: error instanceof JsonTooDeepError ? 'nested too deeply' : 'not JSON' };
  }
  if (typeof value !== 'object' || value === null || !('text' in value) || typeof value.text !== 'string') {
    return { line, reason: 'no string named "text"' };
  }
  if (value.text.length > maximumTextLength)
    return { line, reason: `a text of more than ${maximumTextLength} characters` };
  return { line, text: value.text };
}

interface NumberedLine {
  readonly line: number;
  readonly content: string;
}

/** The lines that each part of the input completes, without their ends. */
async function* wholeLines(input: NodeJS.ReadableStream): AsyncGenerator<NumberedLine[]> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let rest = '';
  let line = 0;
  const decode = (part: Uint8Array | undefined): string => {
    try {
      return part === undefined ? decoder.decode() : decoder.decode(part, { stream: true });
    } catch {
      throw new UlmfitError(
        'bad-encoding',
        `The input is not UTF-8 after line ${line}.`,
        'Save it as UTF-8, or give it with --file, which knows other encodings.',
      );
    }
  };
  for await (const part of input) {
    const [head = '', ...others] = decode(Buffer.from(part)).split('\n');
    rest += head;
    const lines: NumberedLine[] = [];
    for (const other of others) {
      lines.push({ line: ++line, content: rest });
      rest = other;
    }
    if (rest.length > maximumMessageLength) {
      throw new UlmfitError('malformed-row', `Line ${line + 1} has no end.`, 'Give one JSON object a line.');
    }
    yield lines;
  }
  rest += decode(undefined);
  if (rest !== '') yield [{ line: line + 1, content: rest }];
}
