import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { readTable } from '../../src/data/readRows';
import type { ErrorCode } from '../../src/errors';
import type { RunEvent } from '../../src/protocol/events';
import type { TrainClassifierInput } from '../../src/options/classifier';
import type { TrainEncoderInput } from '../../src/options/languageModel';
import { protocolVersion } from '../../src/protocol/limits';
import { startTrainer, trainClassifier, trainEncoder, type TrainerHost, writeSampleData } from './host';

const commandLine = join(import.meta.dirname, '..', '..', 'dist', 'cli.js');

let folder = '';
let rows = '';
let host: TrainerHost;
const endings: (() => Promise<void>)[] = [];

/** A file of the test's own with this content. */
function file(name: string, content: string | Buffer): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

/** A whole sentence about what is wrong, and another about what to do. */
interface Refusal {
  code: ErrorCode;
  cause: RegExp;
  remedy: RegExp;
}

function assertRefused(error: unknown, { code, cause, remedy }: Refusal): true {
  const told = error as { code?: unknown; message?: unknown; remedy?: unknown };
  assert.equal(told.code, code, JSON.stringify(error));
  assert.match(String(told.message), cause);
  assert.match(String(told.remedy), remedy);
  assert.doesNotMatch(`${String(told.message)} ${String(told.remedy)}`, /\n\s+at |undefined|\[object/u);
  return true;
}

async function classifierEnding(options: Partial<TrainClassifierInput>): Promise<RunEvent | undefined> {
  await trainClassifier(host, { name: 'refused', encoder: 'words', data: [rows], epochs: [1], ...options });
  return host.ended('');
}

async function encoderEnding(options: Partial<TrainEncoderInput>): Promise<RunEvent | undefined> {
  await trainEncoder(host, { name: 'refused', data: [rows], ...options });
  return host.ended('');
}

before(async () => {
  folder = mkdtempSync(join(tmpdir(), 'ulmfit-bad-input-'));
  rows = writeSampleData(folder, 40);
  host = await startTrainer({ after: (end) => endings.push(end) }, { storeFolder: join(folder, 'store') });
  await trainEncoder(host, { name: 'words', data: [rows] });
  assert.equal((await host.ended(''))?.event, 'result');
  await trainClassifier(host, { name: 'topics', encoder: 'words', data: [rows], epochs: [1] });
  assert.equal((await host.ended(''))?.event, 'result');
});
after(async () => {
  for (const end of endings) await end();
  rmSync(folder, { recursive: true, force: true });
});

describe('data that cannot be trained on is refused with cause and remedy', { timeout: 60_000 }, () => {
  test('a file that is not there', async () => {
    const data = [join(folder, 'nowhere.csv')];
    const refusal = { code: 'file-not-found', cause: /nowhere\.csv/u, remedy: /path/u } as const;
    assertRefused(await encoderEnding({ data }), refusal);
    assertRefused(await classifierEnding({ data }), refusal);
    assertRefused(await classifierEnding({ valid: join(folder, 'nowhere.csv') }), refusal);
  });

  test('a folder without texts, which says what is in it instead', async () => {
    const data = [join(folder, 'pictures')];
    mkdirSync(data[0] ?? '');
    writeFileSync(join(folder, 'pictures', 'cat.jpg'), 'x');
    assertRefused(await encoderEnding({ data }), {
      code: 'no-texts',
      cause: /no texts in .*pictures.*cat\.jpg/u,
      remedy: /CSV.*\.txt/u,
    });
  });

  test('an empty CSV, and one with a header alone', async () => {
    for (const [name, content] of [
      ['empty.csv', ''],
      ['header.csv', 'label,text\n'],
    ] as const) {
      const data = [file(name, content)];
      const refusal = { code: 'no-texts', cause: new RegExp(name, 'u'), remedy: /header and rows/u } as const;
      assertRefused(await encoderEnding({ data }), refusal);
      assertRefused(await classifierEnding({ data }), refusal);
    }
  });

  test('a column that is not there, with those that are', async () => {
    const refusal = {
      code: 'missing-column',
      cause: /no column “body”.*“label”, “text”/u,
      remedy: /one of these/u,
    } as const;
    assertRefused(await encoderEnding({ text: ['body'] }), refusal);
    assertRefused(await classifierEnding({ label: 'body' }), refusal);
  });

  test('the same column as text and as label', async () => {
    assertRefused(await classifierEnding({ text: ['text'], label: 'text' }), {
      code: 'bad-setting',
      cause: /“text” .*both the text and the label/u,
      remedy: /--text .*--label/u,
    });
  });

  test('one class alone', async () => {
    const lines = readFileSync(rows, 'utf8').split('\n');
    const data = [file('one.csv', lines.filter((line) => !line.startsWith('sport')).join('\n'))];
    assertRefused(await classifierEnding({ data }), {
      code: 'one-class-only',
      cause: /“weather”.*nothing to tell apart/u,
      remedy: /two classes/u,
    });
  });

  test('three rows', async () => {
    const data = [file('three.csv', readFileSync(rows, 'utf8').split('\n').slice(0, 4).join('\n'))];
    const refusal = { code: 'too-few-rows', cause: /3 rows .*at least 4/u, remedy: /more rows/u } as const;
    assertRefused(await encoderEnding({ data }), refusal);
    assertRefused(await classifierEnding({ data }), refusal);
  });

  test('a binary file, with the offset of the first byte that is no text', async () => {
    const data = [file('picture.csv', Buffer.from([0x41, 0x42, 0, 1, 2, 0xff, 0xfe, 0, 7]))];
    assertRefused(await encoderEnding({ data }), {
      code: 'not-text',
      cause: /picture\.csv .*offset 2/u,
      remedy: /UTF-8/u,
    });
  });

  test('a validation file without labels, and one with other labels alone', async () => {
    const unlabelled = file('unlabelled.csv', 'text\nthe rain and the sun\nthe ball\n');
    const remedy = /leave --valid out/u;
    assertRefused(await classifierEnding({ valid: unlabelled }), {
      code: 'missing-column',
      cause: /None of the 2 rows .*has a label.*unlabelled\.csv/u,
      remedy,
    });
    const other = file('other.csv', 'label,text\nnews,the paper\nnews,the ball\n');
    assertRefused(await classifierEnding({ valid: other }), {
      code: 'missing-column',
      cause: /None of the 2 rows of .*other\.csv has a label that a training row has/u,
      remedy,
    });
  });

  test('rows without any labels', async () => {
    const data = [file('plain.csv', `text\n${'the rain and the sun\n'.repeat(9)}`)];
    assertRefused(await classifierEnding({ data }), {
      code: 'missing-column',
      cause: /None of the 9 rows has a label.*plain\.csv/u,
      remedy: /--label/u,
    });
  });

  test('what was refused leaves the trainer ready, and nothing in the store', async () => {
    assert.deepEqual(await host.store.encoders.names(), ['words']);
    assert.deepEqual(await host.store.models.names(), ['topics']);
    const { runs } = await host.store.runs.list();
    assert.deepEqual(new Set(runs.map(({ status }) => status)), new Set(['done', 'failed']));
  });
});

describe('data that can be trained on in part', { timeout: 120_000 }, () => {
  test('a label that only validation has is listed with its line, and the run goes on', async () => {
    const [header, ...lines] = readFileSync(rows, 'utf8').split('\n');
    const valid = file('valid.csv', [header, 'news,the paper says', ...lines.slice(0, 6)].join('\n'));
    const first = host.events.length;
    const ending = await classifierEnding({ name: 'partly', valid });
    assert.equal(ending?.event, 'result');
    const skipped = host.events.slice(first).find((event) => event.event === 'skipped_rows');
    assert.equal(skipped?.count, 1);
    const [issue] = skipped.issues;
    assert.equal(issue?.file, valid);
    assert.equal(issue.line, 2);
    assert.match(issue.reason, /“news” is in no training row/u);
  });

  test('labels that hardly ever come twice are warned of', async () => {
    const lines = Array.from({ length: 60 }, (_, row) => `case ${row % 40},the rain and the sun ${row}`);
    const data = [file('cases.csv', ['label,text', ...lines, ''].join('\n'))];
    const first = host.events.length;
    assert.equal((await classifierEnding({ name: 'cases', data }))?.event, 'result');
    const warnings = host.events.slice(first).filter((event) => event.event === 'warning');
    assert.match(JSON.stringify(warnings), /40 classes among 48 texts.*--label/u);
  });

  test('a text of 5 MB is trained on and classified in bounded time and memory', async () => {
    const words = ['the', 'rain', 'ball', 'storm', 'goal', 'and', 'of', 'sun'];
    const parts = Array.from({ length: 1_250_000 }, (_, i) => words[(i * i + (i >> 3)) % words.length] ?? '');
    const text = parts.join(' ');
    assert.ok(text.length > 5e6);
    const data = [file('long.csv', `${readFileSync(rows, 'utf8')}weather,${text}\n`)];
    const started = performance.now();
    assert.equal((await classifierEnding({ name: 'long', data }))?.event, 'result');
    const { predictions } = await host.connection.request('classify', {
      model: 'long',
      texts: [text, 'the'],
    });
    assert.equal(predictions.length, 2);
    assert.ok(performance.now() - started < 60_000, `${performance.now() - started} ms`);
    const status = `/proc/${host.child.pid ?? 0}/status`;
    if (!existsSync(status)) return;
    const peak = Number(/VmHWM:\s+(\d+) kB/u.exec(readFileSync(status, 'utf8'))?.[1]) / 1024;
    assert.ok(peak < 900, `${peak} MB at the most`);
  });
});

describe('encoders and models that are not there or not whole', { timeout: 60_000 }, () => {
  test('an unknown encoder is answered with those that exist', async () => {
    const refusal = { code: 'not-found', cause: /encoder named "word"/u, remedy: /mean "words"/u } as const;
    assertRefused(await classifierEnding({ encoder: 'word' }), refusal);
    assertRefused(await encoderEnding({ pretrained: 'word' }), refusal);
    await assert.rejects(host.connection.request('generate', { encoder: 'word', text: 'the' }), (error) =>
      assertRefused(error, refusal),
    );
  });

  test('an unknown model is answered with those that exist', async () => {
    const refusal = {
      code: 'not-found',
      cause: /no model named "spam"/u,
      remedy: /The store has: .*"topics"/u,
    } as const;
    const model = 'spam';
    const out = join(folder, 'out.csv');
    for (const asked of [
      host.connection.request('classify', { model, texts: ['the'] }),
      host.connection.request('classify-file', { model, file: rows, out }),
      host.connection.request('evaluate', { model, data: [rows] }),
    ]) {
      await assert.rejects(asked, (error) => assertRefused(error, refusal));
    }
    assert.equal(existsSync(out), false);
  });

  test('an encoder whose files were altered neither generates nor becomes a classifier', async () => {
    for (const name of ['encoder.safetensors', 'vocab.json']) {
      const altered = `altered ${name}`;
      const copy = join(host.store.root, 'encoders', altered);
      cpSync(join(host.store.root, 'encoders', 'words'), copy, { recursive: true });
      const bytes = readFileSync(join(copy, name));
      bytes.writeUInt8(bytes.readUInt8(bytes.length - 3) ^ 1, bytes.length - 3);
      writeFileSync(join(copy, name), bytes);
      const refusal = {
        code: 'corrupt-file',
        cause: new RegExp(`${name}.*altered`, 'u'),
        remedy: /\w{4}/u,
      } as const;
      await assert.rejects(host.connection.request('generate', { encoder: altered, text: 'the' }), (error) =>
        assertRefused(error, refusal),
      );
      assertRefused(await classifierEnding({ encoder: altered }), refusal);
      assertRefused(await encoderEnding({ pretrained: altered }), refusal);
    }
  });
});

describe('classifying a file', { timeout: 60_000 }, () => {
  const classifyFile = (input: string, out: string) =>
    host.connection.request('classify-file', { model: 'topics', file: input, text: ['text'], out });

  test('keeps rows, their order, quotes, delimiters and line ends', async () => {
    const cells = [
      ['1', 'the rain, "heavy" rain'],
      ['2', 'first line\nsecond line\r\nthird'],
      ['3', '  the ball; the goal  '],
      ['4', 'ünïcödé “quotes” 😀'],
      ['5', 'the sun'],
    ];
    const quoted = (cell: string) => `"${cell.replaceAll('"', '""')}"`;
    const lines = cells.map((row) => row.map(quoted).join(','));
    const input = file('quoted.csv', `id,text\n${lines.join('\n')}\n`);
    for (const name of ['quoted-out.csv', 'quoted-out.tsv', 'quoted-out.jsonl']) {
      const out = join(folder, name);
      assert.equal((await classifyFile(input, out)).rows, cells.length);
      const table = await readTable(out, { header: true });
      assert.deepEqual(
        Array.from({ length: table.size }, (_, row) => [table.cell(row, 'id'), table.cell(row, 'text')]),
        cells,
        name,
      );
      for (let row = 0; row < table.size; row++) {
        assert.match(table.cell(row, 'prediction') ?? '', /^(sport|weather)$/u);
      }
    }
    const texts = cells.map(([, text]) => text ?? '');
    const { predictions } = await host.connection.request('classify', { model: 'topics', texts });
    const table = await readTable(join(folder, 'quoted-out.csv'));
    predictions.forEach(({ label, probabilities: [sport] }, row) => {
      assert.equal(table.cell(row, 'prediction'), label);
      assert.ok(Math.abs(Number(table.cell(row, 'probability sport')) - (sport ?? NaN)) < 1e-5);
    });
  });

  test('keeps numbers, lists and null of a JSONL file as what they are', async () => {
    const record = { id: 7, text: 'the rain', tags: ['a', 'b'], none: null, sure: true };
    const input = file('values.jsonl', `${JSON.stringify(record)}\n`);
    const out = join(folder, 'values-out.jsonl');
    await classifyFile(input, out);
    const { prediction, probabilities, ...kept } = JSON.parse(readFileSync(out, 'utf8')) as Record<
      string,
      unknown
    >;
    assert.deepEqual(kept, record);
    assert.ok(prediction !== undefined && probabilities !== undefined);
  });

  test('keeps a column that has the name of a result', async () => {
    const input = file('predicted.csv', 'prediction,text\nmine,the rain\nmine,the ball\n');
    for (const name of ['predicted-out.csv', 'predicted-out.jsonl']) {
      const out = join(folder, name);
      await classifyFile(input, out);
      const table = await readTable(out);
      assert.equal(table.cell(0, 'prediction'), 'mine');
      assert.match(table.cell(0, 'prediction (2)') ?? '', /^(sport|weather)$/u);
    }
  });

  test('lists the rows that it could not read', async () => {
    const input = file('uneven.csv', 'id,text\n1,the rain\n2\n3,the ball\n');
    const { rows: count, issues } = await classifyFile(input, join(folder, 'uneven-out.csv'));
    assert.equal(count, 2);
    assert.deepEqual(
      issues.map(({ line }) => line),
      [3],
    );
  });

  test('never writes over the file that it reads, whatever that is called', async () => {
    const before = readFileSync(rows);
    mkdirSync(join(folder, 'deep'));
    for (const out of [rows, join(folder, 'deep', '..', 'rows.csv')]) {
      await assert.rejects(classifyFile(rows, out), (error) =>
        assertRefused(error, {
          code: 'bad-setting',
          cause: /would be overwritten/u,
          remedy: /another file/u,
        }),
      );
    }
    assert.deepEqual(readFileSync(rows), before);
  });

  test('refuses a folder that is not there, and one in the place of a file', async () => {
    await assert.rejects(classifyFile(rows, join(folder, 'no', 'such', 'out.csv')), (error) =>
      assertRefused(error, {
        code: 'file-not-found',
        cause: /no folder .*such/u,
        remedy: /Create it/u,
      }),
    );
    await assert.rejects(classifyFile(rows, folder), (error) =>
      assertRefused(error, { code: 'bad-setting', cause: /is a folder/u, remedy: /name of a file/u }),
    );
  });

  test('refuses an empty file and answers a header alone with a header', async () => {
    const out = join(folder, 'nothing.csv');
    await assert.rejects(classifyFile(file('none.csv', ''), out), (error) =>
      assertRefused(error, { code: 'no-texts', cause: /none\.csv is empty/u, remedy: /CSV/u }),
    );
    assert.equal((await classifyFile(file('head.csv', 'id,text\n'), out)).rows, 0);
    assert.equal(readFileSync(out, 'utf8'), 'id,text,prediction,probability sport,probability weather\n');
  });

  test('leaves no half-written file behind', () => {
    assert.deepEqual(
      readdirSync(folder).filter((name) => name.includes('partial')),
      [],
    );
  });
});

describe('the conversation', { timeout: 60_000 }, () => {
  test('a host of another protocol version is refused', async () => {
    await assert.rejects(host.connection.request('hello', { protocolVersion: 999, store: folder }), (error) =>
      assertRefused(error, {
        code: 'protocol',
        cause: new RegExp(`version ${protocolVersion} .*version 999`, 'u'),
        remedy: /of one version/u,
      }),
    );
  });

  test('P10: a cancel during training is acknowledged at once', async () => {
    const { run } = await trainEncoder(host, { name: 'long run', data: [rows], epochs: 500 });
    const first = host.events.length;
    await host.next('progress', (event) => host.events.indexOf(event) >= first);
    const asked = performance.now();
    await host.connection.request('cancel', { run, mode: 'discard' });
    const waited = performance.now() - asked;
    assert.equal((await host.ended(run))?.event, 'cancelled');
    assert.ok(waited < 1000, `${waited} ms`);
  });
});

describe('the command line', { timeout: 60_000 }, () => {
  const run = (...args: string[]) =>
    spawnSync(process.execPath, [commandLine, '--store', join(folder, 'store'), ...args], {
      encoding: 'utf8',
      input: '',
    });

  test('ends with 1 and prints cause and remedy, without a stack trace', () => {
    const { status, stdout, stderr } = run('generate', 'wordz', 'the');
    assert.equal(status, 1);
    assert.equal(stdout, '');
    assert.equal(
      stderr.replace('Error: ', ''),
      'There is no encoder named "wordz".\nDid you mean "words"? The store has: ' +
        `${readdirSync(join(folder, 'store', 'encoders'))
          .sort()
          .map((name) => `"${name}"`)
          .join(', ')}.\n`,
    );
  });

  test('with --json prints the error that ended the run as the last object', () => {
    const data = join(folder, 'nowhere.csv');
    const { status, stdout, stderr } = run('train-encoder', '--name', 'x', '--data', data, '--json');
    assert.equal(status, 1);
    const last: unknown = JSON.parse(stdout.trim().split('\n').at(-1) ?? '');
    assertRefused(last, { code: 'file-not-found', cause: /nowhere\.csv/u, remedy: /path/u });
    assert.doesNotMatch(stderr, /\n\s+at /u);
  });

  test('ends with 2 where it is called in a wrong way', () => {
    const args = ['train-classifier', '--name', 'x', '--encoder', 'words', '--data', rows];
    for (const [wrong, what] of [
      [['--valid-pct', '2'], /--valid-pct/u],
      [['--epochs', 'many'], /--epochs/u],
    ] as const) {
      const { status, stderr } = run(...args, ...wrong);
      assert.equal(status, 2);
      assert.match(stderr, what);
    }
  });
});
