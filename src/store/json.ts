import * as v from 'valibot';
import { JsonTooDeepError, parseBoundedJson } from './boundedJson';
import { corruptFile } from './fileErrors';
import { readRegularFile } from './regularFile';

/** Deeper than anything that is kept in the store. */
const usualDepth = 32;

/**
 * Reads a JSON file and checks it against a schema.
 *
 * @param limit bytes above which the file is not even read
 * @param deepest arrays and objects that may lie in each other
 * @throws UlmfitError `corrupt-file`, `file-not-found` or `file-unreadable`
 */
export async function readJson<Schema extends v.GenericSchema>(
  path: string,
  schema: Schema,
  limit: number,
  deepest = usualDepth,
): Promise<v.InferOutput<Schema>> {
  return parseJson(path, await readBounded(path, limit), schema, deepest);
}

/** The content of a JSON file, checked against a schema. @throws UlmfitError `corrupt-file` */
export function parseJson<Schema extends v.GenericSchema>(
  path: string,
  bytes: Uint8Array,
  schema: Schema,
  deepest = usualDepth,
): v.InferOutput<Schema> {
  return checkJson(path, parseJsonOf(path, bytes, deepest), schema);
}

export function checkJson<Schema extends v.GenericSchema>(
  path: string,
  value: unknown,
  schema: Schema,
): v.InferOutput<Schema> {
  const checked = v.safeParse(schema, value);
  if (!checked.success) throw corruptFile(path, describeIssue(checked.issues[0]));
  return checked.output;
}

/**
 * The value that a file's bytes are the JSON of.
 * @throws UlmfitError `corrupt-file`
 */
export function parseJsonOf(path: string, bytes: Uint8Array, deepest: number): unknown {
  try {
    return parseBoundedJson(new TextDecoder('utf-8', { fatal: true }).decode(bytes), deepest);
  } catch (error) {
    throw corruptFile(
      path,
      error instanceof JsonTooDeepError ? `it nests more than ${deepest} levels deep` : 'it is not JSON',
    );
  }
}

/** Reads a whole file of at most `limit` bytes. @throws UlmfitError `corrupt-file`, `file-not-found`, `file-unreadable` */
export function readBounded(path: string, limit: number): Promise<Uint8Array> {
  return readRegularFile(path, limit, (bytes) =>
    corruptFile(path, `it has ${bytes} bytes, more than the ${limit} that are expected`),
  );
}

/** `config.emb_sz: Invalid type: Expected number but received "x"` */
export function describeIssue(issue: v.BaseIssue<unknown>): string {
  const where = v.getDotPath(issue);
  return (where === null ? issue.message : `${where}: ${issue.message}`).slice(0, 300);
}
