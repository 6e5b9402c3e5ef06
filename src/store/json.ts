import { open } from 'node:fs/promises';
import * as v from 'valibot';
import { UlmfitError } from '../errors';
import { corruptFile, unreadableFile } from './fileErrors';

/**
 * Reads a JSON file and checks it against a schema.
 *
 * @param limit bytes above which the file is not even read
 * @throws UlmfitError `corrupt-file`, `file-not-found` or `file-unreadable`
 */
export async function readJson<Schema extends v.GenericSchema>(
  path: string,
  schema: Schema,
  limit: number,
): Promise<v.InferOutput<Schema>> {
  return parseJson(path, await readBounded(path, limit), schema);
}

/** The content of a JSON file, checked against a schema. @throws UlmfitError `corrupt-file` */
export function parseJson<Schema extends v.GenericSchema>(
  path: string,
  bytes: Uint8Array,
  schema: Schema,
): v.InferOutput<Schema> {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    throw corruptFile(path, 'it is not JSON');
  }
  return checkJson(path, value, schema);
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

/** Reads a whole file of at most `limit` bytes. */
export async function readBounded(path: string, limit: number): Promise<Uint8Array> {
  try {
    const handle = await open(path, 'r');
    try {
      const { size } = await handle.stat();
      if (size > limit)
        throw corruptFile(path, `it has ${size} bytes, more than the ${limit} that are expected`);
      return await handle.readFile();
    } finally {
      await handle.close();
    }
  } catch (error) {
    throw error instanceof UlmfitError ? error : unreadableFile(path, error);
  }
}

/** `config.emb_sz: Invalid type: Expected number but received "x"` */
export function describeIssue(issue: v.BaseIssue<unknown>): string {
  const where = v.getDotPath(issue);
  return (where === null ? issue.message : `${where}: ${issue.message}`).slice(0, 300);
}
