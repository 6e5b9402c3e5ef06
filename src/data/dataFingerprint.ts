import { createHash } from 'node:crypto';
import { rowFields, type TextRow } from './textRow';

/**
 * SHA-256 (hexadecimal) of texts and labels in their order: names the data that a model was made from. Where the rows
 * were stored does not count, so the same rows give the same fingerprint from CSV and from JSONL.
 */
export function dataFingerprint(rows: Iterable<TextRow>): string {
  const hash = createHash('sha256');
  for (const row of rows) hash.update(`${JSON.stringify([row.label ?? null, ...rowFields(row)])}\n`);
  return hash.digest('hex');
}
