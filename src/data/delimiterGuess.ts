import { parse } from 'csv-parse/sync';

const candidates = [',', '\t', ';', '|'] as const;
const sampleBytes = 1 << 16;

/** Stands for "one column": no text contains it. */
export const noDelimiter = '\0';

/** What a user may write for a delimiter, as the character it is. */
export function delimiterCharacter(written: string): string {
  return written === 'tab' || written === '\\t' ? '\t' : written;
}

/**
 * The delimiter under which most rows at the head of the file have as many fields as its first row; of several, the
 * one that gives more fields. A first row without any of them means a single column.
 */
export function guessDelimiter(utf8: Buffer): string {
  const cut = utf8.length > sampleBytes ? utf8.lastIndexOf(0x0a, sampleBytes) : utf8.length;
  const sample = utf8.subarray(0, cut > 0 ? cut : sampleBytes);
  let best: { delimiter: string; agreeing: number; fields: number } = {
    delimiter: noDelimiter,
    agreeing: 0,
    fields: 1,
  };
  for (const delimiter of candidates) {
    const counts: number[] = [];
    parse(sample, {
      ...parseSettings,
      delimiter,
      to: 200,
      on_record: (record: string[]) => {
        counts.push(record.length);
        return null;
      },
    });
    const fields = counts[0] ?? 1;
    if (fields < 2) continue;
    const agreeing = counts.filter((count) => count === fields).length / counts.length;
    if (agreeing > best.agreeing || (agreeing === best.agreeing && fields > best.fields)) {
      best = { delimiter, agreeing, fields };
    }
  }
  return best.delimiter;
}

/** Lenient where CSV files of the wild are: quotes inside unquoted fields, any line end, rows of any length. */
export const parseSettings = {
  record_delimiter: ['\r\n', '\n', '\r'],
  relax_quotes: true,
  relax_column_count: true,
  skip_empty_lines: true,
  skip_records_with_error: true,
};
