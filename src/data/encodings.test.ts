import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { UlmfitError } from '../errors';
import { encodingName, NotInEncoding, toUtf8 } from './namedEncoding';
import { decodeTextFile } from './readTextFile';
import { decodeWindows1252 } from './windows1252';

const seed = 20240607;

const french =
  "Le café était fermé à l'heure où nous sommes arrivés. Ça n'a pas été très agréable, mais l'hôtel était parfait.";
const german =
  'Die Lieferung kam später als angekündigt. Das Gerät lässt sich nicht einschalten, bitte prüfen Sie das.';
const english = '“Don’t buy this” — it’s awful… £20 wasted. I’ll never come back, the “service” was a joke.';
const chinese = '这个产品非常好，我很喜欢。快递也很快，服务态度不错，下次还会再来。';
const japanese = 'この商品はとても良いです。配送も早くて満足しています。またお願いします。';
const russian = 'Заказ пришёл вовремя, качество отличное, всем рекомендую этот магазин.';

/** Encodes with the inverse of what the platform decodes: one byte, then two bytes. */
function encoderOf(encoding: string): (text: string) => Buffer {
  const codes = new Map<string, number[]>();
  const decoder = new TextDecoder(encoding);
  const decode = (bytes: number[]): string =>
    encoding === 'windows-1252'
      ? decodeWindows1252(Uint8Array.from(bytes))
      : decoder.decode(Uint8Array.from(bytes));
  for (let first = 0; first < 256; first++) {
    const char = decode([first]);
    if (!codes.has(char)) codes.set(char, [first]);
  }
  for (let first = 0x81; encoding !== 'windows-1252' && first < 255; first++) {
    for (let second = 0x40; second < 255; second++) {
      const char = decode([first, second]);
      if (Array.from(char).length === 1 && !codes.has(char)) codes.set(char, [first, second]);
    }
  }
  return (text) =>
    Buffer.from(
      Array.from(text).flatMap((char) => {
        const bytes = codes.get(char);
        assert.ok(bytes !== undefined, `${encoding} has ${char}`);
        return bytes;
      }),
    );
}

const utf16be = (text: string): Buffer => Buffer.from(text, 'utf16le').swap16();
const windows1252 = encoderOf('windows-1252');
const gb18030 = encoderOf('gb18030');
const shiftJis = encoderOf('shift_jis');
const bom = '\ufeff';

function readAs(bytes: Buffer, encoding?: string): string {
  return decodeTextFile('texts.csv', bytes, encoding).utf8.toString();
}

function refusal(bytes: Buffer, encoding?: string): UlmfitError {
  try {
    readAs(bytes, encoding);
  } catch (error) {
    if (error instanceof UlmfitError) return error;
  }
  return assert.fail('the file is refused');
}

const csv = (text: string): string => `label,text\r\n${`good,"${text}"\r\n`.repeat(5)}`;

const cases: readonly [string, Buffer, string][] = [
  ['ASCII', Buffer.from(csv('plain')), csv('plain')],
  ...[french, chinese, japanese, russian, '😀 '.repeat(9)].flatMap((text): [string, Buffer, string][] => {
    const table = csv(text);
    const start = text.slice(0, 12);
    return [
      [`UTF-8: ${start}`, Buffer.from(table), table],
      [`UTF-8 with BOM: ${start}`, Buffer.from(bom + table), table],
      [`UTF-16 LE with BOM: ${start}`, Buffer.from(bom + table, 'utf16le'), table],
      [`UTF-16 BE with BOM: ${start}`, utf16be(bom + table), table],
      [`UTF-16 LE: ${start}`, Buffer.from(table, 'utf16le'), table],
      [`UTF-16 BE: ${start}`, utf16be(table), table],
    ];
  }),
  ['Latin-1, French', Buffer.from(csv(french), 'latin1'), csv(french)],
  ['Latin-1, German', Buffer.from(csv(german), 'latin1'), csv(german)],
  ['Windows-1252, curly quotes', windows1252(csv(english)), csv(english)],
  ['Windows-1252, French', windows1252(csv(`« ${french} » – 5 €`)), csv(`« ${french} » – 5 €`)],
  ['GB18030', gb18030(csv(chinese)), csv(chinese)],
  [
    'GB18030, among English',
    gb18030(csv(`The product: ${chinese} (translated)`)),
    csv(`The product: ${chinese} (translated)`),
  ],
  ['Shift-JIS', shiftJis(csv(japanese)), csv(japanese)],
  ['Shift-JIS, katakana', shiftJis(csv('Support: ログインできない')), csv('Support: ログインできない')],
];

for (const [name, bytes, text] of cases) {
  test(`P18: ${name} is read right`, () => {
    assert.equal(readAs(bytes), text);
  });
}

test('P18: any piece of a text in a promised encoding is read right or refused, never read wrong', () => {
  const encoders: readonly [string, (text: string) => Buffer][] = [
    [french, (text) => Buffer.from(text, 'latin1')],
    [german, (text) => Buffer.from(text, 'latin1')],
    [english, windows1252],
    [chinese, gb18030],
    [japanese, shiftJis],
    [french, (text) => Buffer.from(text)],
    [chinese, (text) => Buffer.from(text)],
    [russian, (text) => Buffer.from(bom + text, 'utf16le')],
    [chinese, (text) => utf16be(bom + text)],
  ];
  const piece = fc.tuple(fc.nat(encoders.length - 1), fc.nat(100), fc.nat(60));
  fc.assert(
    fc.property(piece, ([which, from, length]) => {
      const [text, encode] = encoders[which] ?? ['', (): Buffer => Buffer.of()];
      const part = text.slice(from, from + length);
      try {
        assert.equal(readAs(encode(part)), part);
      } catch (error) {
        if (!(error instanceof UlmfitError)) throw error;
        assert.match(error.message, /texts\.csv.*offset \d+/);
      }
    }),
    { seed, numRuns: 1500 },
  );
});

test('P18: a refusal names the file, the byte offset and what to do', () => {
  const error = refusal(Buffer.from('label,text\ngood,d\xe9j\xe0 vu \xe0 \x8d\n', 'latin1'));
  assert.equal(error.code, 'bad-encoding');
  assert.match(error.message, /texts\.csv.* offset 17/);
  assert.match(error.remedy, /UTF-8/);
});

test('P18: UTF-8 with a damaged byte is refused at that byte instead of read as another encoding', () => {
  const bytes = Buffer.from(csv(french));
  const at = bytes.lastIndexOf('ô');
  bytes[at + 1] = 0x20;
  const error = refusal(bytes);
  assert.equal(error.code, 'bad-encoding');
  assert.match(error.message, new RegExp(`offset ${at}\\b.*UTF-8 up to here`));
});

test('P18: an encoding that is named overrides what is found, and is checked', () => {
  assert.equal(readAs(Buffer.from('caf\xe9', 'latin1'), 'latin1'), 'café');
  assert.equal(readAs(gb18030('质量'), 'GBK'), '质量');
  assert.equal(readAs(shiftJis('良い'), 'SJIS'), '良い');
  assert.equal(readAs(Buffer.from('\xd0\xd1', 'latin1'), 'cp1251'), 'РС');
  const error = refusal(Buffer.from('abc caf\xe9 d', 'latin1'), 'utf-8');
  assert.equal(error.code, 'bad-encoding');
  assert.match(error.message, /offset 8|offset 7/);
  assert.equal(refusal(Buffer.from('abc'), 'klingon').code, 'bad-setting');
});

test('the offset of a failure is right beyond the first step of decoding', () => {
  const bytes = Buffer.concat([Buffer.from('质'.repeat(30000)), Buffer.of(0xff)]);
  assert.throws(
    () => toUtf8(bytes, 'utf-8'),
    (error) => error instanceof NotInEncoding && error.offset === 90000,
  );
  const utf16 = Buffer.from('a'.repeat(70000) + '\ud800b', 'utf16le');
  assert.throws(
    () => toUtf8(utf16, 'utf-16le'),
    (error) => error instanceof NotInEncoding && Math.abs(error.offset - 140001) <= 2,
  );
});

test('a binary file is not text', () => {
  const png = Buffer.from('89504e470d0a1a0a0000000d49484452000001000000', 'hex');
  const error = refusal(png);
  assert.equal(error.code, 'not-text');
  assert.match(error.message, /offset \d+/);
});

test('P3: random bytes are a text or a typed error', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
      try {
        readAs(Buffer.from(bytes));
      } catch (error) {
        assert.ok(error instanceof UlmfitError, String(error));
      }
    }),
    { seed, numRuns: 1000 },
  );
});

test('names of encodings are known by their usual spellings', () => {
  const pairs = {
    UTF8: 'utf-8',
    'ISO-8859-1': 'latin1',
    Latin1: 'latin1',
    cp1252: 'windows-1252',
    GB2312: 'gb18030',
  };
  for (const [written, name] of Object.entries(pairs)) assert.equal(encodingName(written), name);
});
