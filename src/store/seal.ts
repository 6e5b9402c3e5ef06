import { createHash } from 'node:crypto';
import * as v from 'valibot';
import { corruptFile } from './fileErrors';
import { checkJson, parseJson, readBounded } from './json';

/*
 * A sealed file is JSON whose last member is a hash of all the bytes before it, so that not a digit can change
 * unnoticed:
 *
 *   {
 *     "sealed": true,
 *     …,
 *     "seal": "<sha256>"
 *   }
 *
 * The first member says that there must be a last one: where that was spoilt the file does not pass for one of former
 * versions, which had neither. It is against accidents; whoever can write the file can also seal it.
 */
const hashDigits = 64;
const tail = (seal: string) => `,\n  "seal": "${seal}"\n}\n`;
const tailBytes = tail('0'.repeat(hashDigits)).length;

/** The text of a sealed file. Members of an earlier seal are left out. */
export function sealed(members: Readonly<Record<string, unknown>>): string {
  const body = JSON.stringify({ sealed: true, ...withoutSeal(members) }, null, 2).slice(0, -'\n}'.length);
  return body + tail(sha256(Buffer.from(body)));
}

/**
 * Reads a JSON file whose seal, if it has one, must be right, and checks it against a schema.
 *
 * @throws UlmfitError `corrupt-file`, `file-not-found` or `file-unreadable`
 */
export async function readSealedJson<Schema extends v.GenericSchema>(
  path: string,
  schema: Schema,
  limit: number,
): Promise<v.InferOutput<Schema>> {
  const bytes = Buffer.from(await readBounded(path, limit));
  const claims = parseJson(path, bytes, v.looseObject({}));
  if ('sealed' in claims || 'seal' in claims || sealOf(bytes) !== undefined) {
    const body = bytes.subarray(0, -tailBytes);
    if (sealOf(bytes) !== sha256(body)) throw corruptFile(path, 'its content was altered after it was saved');
  }
  return checkJson(path, withoutSeal(claims), schema);
}

function withoutSeal(members: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(members).filter(([name]) => name !== 'sealed' && name !== 'seal'));
}

function sealOf(bytes: Buffer): string | undefined {
  const end = bytes.toString('latin1', Math.max(0, bytes.length - tailBytes));
  const seal = /[0-9a-f]{64}/u.exec(end)?.[0] ?? '';
  return end === tail(seal) ? seal : undefined;
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
