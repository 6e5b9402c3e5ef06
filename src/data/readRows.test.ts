import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, test } from 'node:test';
import fc from 'fast-check';
import { UlmfitError, type ErrorCode } from '../errors';
import { readRows } from './readRows';

const seed = 20240607;
let folder = '';

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ulmfit-rows-'));
});
after(() => rm(folder, { recursive: true }));

async function put(name: string, content: string | Uint8Array): Promise<string> {
  const file = join(folder, name);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, content);
  return file;
}

const fails = (code: ErrorCode, message: RegExp) => (error: unknown) => {
  assert.ok(error instanceof UlmfitError, String(error));
  assert.equal(error.code, code);
  assert.match(error.message, message);
  assert.notEqual(error.remedy, '');
  return true;
};

test('P17: every row of a CSV is a row or an issue with file, line and reason', async () => {
  const content =
    '\ufefflabel;text\r\npos;"a ""q"" b\r\nnew"\r\n\r\nneg;x;y\r\n;unlabelled\r\npos;  \r\nneg;plain "quoted" text\r\n' +
    '"bad;open\r\nneg;after\r\n';
  const file = await put('mixed.csv', content);
  const { rows, issues, columns } = await readRows([file]);
  assert.deepEqual(rows, [
    { text: 'a "q" b\r\nnew', label: 'pos', file, line: 2 },
    { text: 'unlabelled', file, line: 6 },
    { text: 'plain "quoted" text', label: 'neg', file, line: 8 },
    { text: 'after', label: 'neg', file, line: 10 },
  ]);
  assert.deepEqual(
    issues.map(({ line, reason }) => [line, reason.split(/[:(]/)[0]?.trim()]),
    [
      [5, 'has 3 fields where the first row has 2'],
      [7, 'the text is empty'],
      [9, 'a quoted field begins here and never ends'],
      [6, 'has no label'],
    ],
  );
  assert.ok(issues.every((issue) => issue.file === file));
  assert.deepEqual(columns[0]?.textColumns, ['text']);
  assert.equal(columns[0].labelColumn, 'label');
});

for (const [name, delimiter] of Object.entries({ comma: ',', semicolon: ';', tab: '\t', bar: '|' })) {
  test(`the delimiter is found: ${name}`, async () => {
    const lines = ['label', 'a', 'b'].map((label, index) =>
      [label, index === 0 ? 'text' : `"one, two; three | four\t${index}"`].join(delimiter),
    );
    const { rows } = await readRows([await put(`${name}.csv`, lines.join('\n'))]);
    assert.deepEqual(
      rows.map(({ text, label }) => [text, label]),
      [
        ['one, two; three | four\t1', 'a'],
        ['one, two; three | four\t2', 'b'],
      ],
    );
  });
}

test('a single column of unquoted texts with commas is one column', async () => {
  const { rows } = await readRows([await put('single.csv', 'text\nHello, world\nGood, bad; ugly\n')]);
  assert.deepEqual(
    rows.map(({ text }) => text),
    ['Hello, world', 'Good, bad; ugly'],
  );
});

test('a CSV without a header is read from its first line', async () => {
  const file = await put(
    'headless.csv',
    '"3","Wall St. Bears Claw Back","Short-sellers again"\n"1","Other","Text"\n',
  );
  const { rows, columns } = await readRows([file]);
  assert.equal(rows.length, 2);
  assert.deepEqual(columns[0]?.columns, ['column 1', 'column 2', 'column 3']);
  const named = await readRows([file], { textColumns: ['column 2', 'column 3'], labelColumn: 'column 1' });
  assert.deepEqual(named.rows[0], {
    text: 'Wall St. Bears Claw Back Short-sellers again',
    fields: ['Wall St. Bears Claw Back', 'Short-sellers again'],
    label: '3',
    file,
    line: 1,
  });
});

test('JSONL: strings, numbers and truth values are values; other lines are issues', async () => {
  const lines = [
    '{"text": "one", "label": 1}',
    '',
    '{"text": "two", "label": true}\r',
    '{"text": ["nested"], "label": "x"}',
    '{"text": "cut',
    '["not", "an object"]',
    '{"text": "three", "label": null, "__proto__": "kept apart"}',
  ];
  const file = await put('rows.jsonl', `\ufeff${lines.join('\n')}`);
  const { rows, issues } = await readRows([file]);
  assert.deepEqual(rows, [
    { text: 'one', label: '1', file, line: 1 },
    { text: 'two', label: 'true', file, line: 3 },
    { text: 'three', file, line: 7 },
  ]);
  assert.deepEqual(
    issues.map(({ line }) => line),
    [4, 5, 6, 7],
  );
});

test('folders: the label is the parent folder, in order of paths, below any depth', async () => {
  await put('tree/neg/b.txt', 'bad');
  await put('tree/neg/a.txt', 'worse');
  await put('tree/pos/deep/c.txt', 'good');
  await put('tree/pos/d.txt', '');
  await put('tree/pos/e.txt', Uint8Array.of(0x89, 0x50, 0, 0, 1));
  await put('tree/notes.md', 'no text');
  await put('tree/loose.txt', 'loose');
  const { rows, issues } = await readRows([join(folder, 'tree')]);
  assert.deepEqual(
    rows.map(({ text, label }) => [text, label]),
    [
      ['loose', undefined],
      ['worse', 'neg'],
      ['bad', 'neg'],
      ['good', 'deep'],
    ],
  );
  assert.equal(issues.length, 4);
  for (const reason of [/empty/, /not a text file/, /notes\.md/, /no label/]) {
    assert.ok(issues.some((issue) => reason.test(issue.reason)));
  }
});

test('a flat folder has no labels; several flat folders are one class each', async () => {
  const flat = [dirname(await put('flat/happy/a.txt', 'yes')), dirname(await put('flat/sad/b.txt', 'no'))];
  const one = await readRows(flat.slice(0, 1));
  assert.deepEqual([one.rows[0]?.label, one.issues], [undefined, []]);
  const two = await readRows(flat);
  assert.deepEqual(
    two.rows.map(({ label }) => label),
    ['happy', 'sad'],
  );
  const without = await readRows(flat, { labelColumn: null });
  assert.ok(without.rows.every((row) => !('label' in row)));
});

test('a link to a folder is listed and not followed', { skip: process.platform === 'win32' }, async () => {
  await put('linked/pos/a.txt', 'good');
  await symlink(join(folder, 'linked'), join(folder, 'linked/pos/loop'));
  const { rows, issues } = await readRows([join(folder, 'linked')]);
  assert.equal(rows.length, 1);
  assert.match(issues[0]?.reason ?? '', /link/);
});

test('several paths are read in the order given', async () => {
  const csv = await put('several/one.csv', 'text,label\nfirst,a\n');
  const jsonl = await put('several/two.jsonl', '{"message": "second", "class": "b"}');
  const txt = await put('several/three.txt', 'third');
  const { rows, columns } = await readRows([csv, jsonl, txt]);
  assert.deepEqual(
    rows.map(({ text }) => text),
    ['first', 'second', 'third'],
  );
  assert.deepEqual(
    columns.map(({ textColumns, labelColumn }) => [textColumns, labelColumn]),
    [
      [['text'], 'label'],
      [['message'], 'class'],
    ],
  );
});

test('columns without telling names are found by what is in them', async () => {
  const lines = Array.from(
    { length: 40 },
    (_, row) => `${row},${row % 2 ? 'yes' : 'no'},words and more words ${row}`,
  );
  const { columns } = await readRows([await put('untold.csv', `id,kind,what\n${lines.join('\n')}\n`)]);
  assert.deepEqual(columns[0]?.textColumns, ['what']);
  assert.match(columns[0].textReason, /longest/);
  assert.equal(columns[0].labelColumn, 'kind');
  assert.match(columns[0].labelReason, /2 different/);
});

test('bad input: no such file', async () => {
  await assert.rejects(readRows([join(folder, 'nowhere.csv')]), fails('file-not-found', /nowhere\.csv/));
});

test('bad input: a folder without texts, with a CSV in it', async () => {
  await put('empty/data.csv', 'text\nx\n');
  await assert.rejects(readRows([join(folder, 'empty')]), (error) => {
    fails('no-texts', /empty/)(error);
    return error instanceof UlmfitError && error.remedy.includes('data.csv');
  });
});

test('bad input: a column that the CSV does not have is answered with those it has', async () => {
  const file = await put('columns.csv', 'label,subject,body\nham,hi,there\n');
  await assert.rejects(
    readRows([file], { textColumns: ['text'] }),
    fails('missing-column', /“text”.*“label”, “subject”, “body”/),
  );
  await assert.rejects(readRows([file], { labelColumn: 'class' }), fails('missing-column', /“class”/));
});

test('bad input: binary, empty and unknown files', async () => {
  await assert.rejects(
    readRows([await put('x.csv', Uint8Array.of(1, 2, 0, 3))]),
    fails('not-text', /x\.csv/),
  );
  await assert.rejects(readRows([await put('y.csv', '')]), fails('no-texts', /y\.csv/));
  await assert.rejects(readRows([await put('z.csv', 'text\n')]), fails('no-texts', /z\.csv/));
  await assert.rejects(readRows([await put('w.pdf', 'text')]), fails('unsupported-format', /w\.pdf/));
  const file = await put('v.csv', 'a,b\nc,d\n');
  await assert.rejects(readRows([file], { delimiter: '"' }), fails('bad-setting', /delimiter/));
});

test('a single text of 5 MB is read whole', async () => {
  const text = 'word "and" more, '.repeat(300_000);
  const file = await put('large.csv', `text,label\n"${text.replaceAll('"', '""')}",a\nshort,b\n`);
  const { rows } = await readRows([file]);
  assert.equal(rows[0]?.text, text);
  assert.deepEqual(rows[1]?.line, 3);
});

const cell = fc.string({
  unit: fc.constantFrom('a', 'é', '质', '😀', '"', ',', ';', '\n', '\r\n', '\t', ' ', "'"),
  maxLength: 12,
});

test('fields of any content come back from a CSV as they were written', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(cell, cell), { minLength: 1, maxLength: 8 }),
      fc.constantFrom('\n', '\r\n'),
      fc.constantFrom(',', '\t', ';'),
      async (values, end, delimiter) => {
        const quote = (value: string): string => `"${value.replaceAll('"', '""')}"`;
        const texts = values.map(([first, second]) => [`x${first}`, second] as const);
        const lines = [['text', 'label'], ...texts].map((fields) => fields.map(quote).join(delimiter) + end);
        const { rows } = await readRows([await put('trip.csv', lines.join(''))]);
        assert.deepEqual(
          rows.map(({ text, label }) => [text, label]),
          texts.map(([text, label]) => [text, label.trim() === '' ? undefined : label]),
        );
        // Lines are counted right through fields that span several of them.
        let line = 1;
        rows.forEach((row, index) => {
          line += (lines[index]?.match(/\n/g) ?? []).length;
          assert.equal(row.line, line);
        });
      },
    ),
    { seed, numRuns: 150 },
  );
});

test('P3: any content gives rows or a typed error, in CSV and in JSONL', async () => {
  const pieces = fc.string({
    unit: fc.constantFrom('"', ',', '\n', '\r', 'a', '\t', '{', '}', ':', '[', '\\', '1', ';', ' ', 'é'),
    maxLength: 120,
  });
  const content = fc.oneof(
    pieces.map((text) => Buffer.from(text)),
    fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
  );
  await fc.assert(
    fc.asyncProperty(content, fc.constantFrom('fuzz.csv', 'fuzz.jsonl', 'fuzz.tsv'), async (bytes, name) => {
      try {
        const { rows, issues } = await readRows([await put(name, bytes)]);
        for (const { line } of [...rows, ...issues]) assert.ok(line >= 1 && line <= bytes.length + 1);
      } catch (error) {
        assert.ok(error instanceof UlmfitError, error instanceof Error ? error.stack : String(error));
      }
    }),
    { seed, numRuns: 600 },
  );
});

test('P3: a file of opening quotes is read in time', async () => {
  const file = await put('quotes.csv', `text,label\n${'"a,b\n'.repeat(100_001)}`);
  const started = Date.now();
  await readRows([file]).catch((error: unknown) => {
    assert.ok(error instanceof UlmfitError);
  });
  assert.ok(Date.now() - started < 10_000);
});
