import { extname } from 'node:path';

/** Files whose rows can be classified. */
export const tableExtensions = ['.csv', '.tsv', '.tab', '.jsonl', '.ndjson', '.txt'];

/**
 * The name of the file with the answers, beside the one that was classified: `mails.csv` becomes
 * `mails.classified.csv`. The lines of a text file become a table.
 *
 * @param copy greater than 1 for another name, because the first ones are taken
 */
export function classifiedName(fileName: string, copy = 1): string {
  const extension = extname(fileName);
  const base = fileName.slice(0, fileName.length - extension.length);
  const isTable = tableExtensions.includes(extension.toLowerCase()) && extension.toLowerCase() !== '.txt';
  return `${base}.classified${copy > 1 ? `-${copy}` : ''}${isTable ? extension : '.csv'}`;
}
