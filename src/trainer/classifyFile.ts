import { randomBytes } from 'node:crypto';
import { open, rename, rm, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import type { Classifier } from '../classifier/classifier';
import { classify } from '../classifier/classify';
import { chooseColumns } from '../data/columnGuess';
import { readTable } from '../data/readRows';
import type { RowIssue } from '../data/textRow';
import { UlmfitError } from '../errors';
import type { Task } from './tasks';
import { tableWriter } from './tableWriter';

export interface ClassifiedFile {
  out: string;
  rows: number;
  issues: readonly RowIssue[];
}

/** Rows classified together; enough to sort by length, little enough to hold. */
const block = 1024;

/**
 * Writes a copy of a table with the columns `prediction` and one `probability <class>` each. Rows keep their order.
 * The new file appears when it is complete; an existing one is replaced, but never the one that is read.
 * @throws {UlmfitError} as `readTable`; `no-texts` for an empty file, `bad-setting` or `file-not-found` where `out` is
 * no place to write to, `cancelled`, `save-failed` where the new file cannot be written
 */
export async function classifyFile(
  classifier: Classifier,
  file: string,
  textColumns: readonly string[] | undefined,
  out: string,
  task?: Task,
): Promise<ClassifiedFile> {
  const table = await readTable(file, { textColumns });
  if (table.columns.length === 0) {
    throw new UlmfitError(
      'no-texts',
      `${file} is empty.`,
      'Give a CSV, TSV or JSONL file with a text in each row, or a .txt file with one in each line.',
    );
  }
  const { textColumns: columns } = chooseColumns(table, { textColumns, labelColumn: null });
  await checkOutput(file, out);
  const partial = `${out}.${randomBytes(4).toString('hex')}.partial`;
  const writer = tableWriter(out, table, classifier.classes);
  try {
    const handle = await open(partial, 'w');
    try {
      // `write` would take a piece as written of which a full disk had room for the half.
      await handle.appendFile(writer.header());
      for (let start = 0; start < table.size; start += block) {
        const rows = Array.from({ length: Math.min(block, table.size - start) }, (_, i) => start + i);
        const texts = rows.map((row) => columns.map((column) => table.cell(row, column) ?? ''));
        const answers = await classify(classifier, texts, {
          onProgress: (done) => task?.report(start + done, table.size),
          ...(task ? { shouldStop: task.shouldStop } : {}),
        });
        await handle.appendFile(rows.map((row, i) => writer.row(row, answers[i])).join(''));
      }
      task?.check();
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(partial, out);
  } catch (error) {
    // What went wrong is told, whatever becomes of this.
    await rm(partial, { force: true }).catch(() => undefined);
    if (error instanceof UlmfitError) throw error;
    throw new UlmfitError(
      'save-failed',
      `${out} could not be written: ${error instanceof Error ? error.message : String(error)}.`,
      'Choose a folder that you may write to and that has room.',
      { cause: error },
    );
  }
  return { out, rows: table.size, issues: table.issues };
}

/** Looks before the work is done whether its result can be put there. */
async function checkOutput(file: string, out: string): Promise<void> {
  const find = (path: string) => stat(path, { bigint: true }).catch(() => undefined);
  const [input, target, folder] = [await find(file), await find(out), await find(dirname(resolve(out)))];
  if (target && input?.dev === target.dev && input.ino === target.ino) {
    throw new UlmfitError(
      'bad-setting',
      `${out} is the file that is read: it would be overwritten.`,
      'Choose another file for the result.',
    );
  }
  if (target?.isDirectory()) {
    throw new UlmfitError('bad-setting', `${out} is a folder.`, 'Give the name of a file for the result.');
  }
  if (target && !target.isFile()) {
    throw new UlmfitError(
      'bad-setting',
      `${out} is a device or a pipe, which a file would replace.`,
      'Give the name of a file for the result.',
    );
  }
  if (!folder?.isDirectory()) {
    throw new UlmfitError(
      'file-not-found',
      `There is no folder ${dirname(resolve(out))} to write the result to.`,
      'Create it first, or choose another file for the result.',
    );
  }
}
