/** Writes l10n/bundle.l10n.json, the English strings that translators start from, and lists what is not translated yet. */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root, shownStrings } from './extractStrings';

const folder = join(root, 'l10n');
mkdirSync(folder, { recursive: true });
const english = new Map(shownStrings().map(({ key, message = '' }) => [key, message]));
const sorted = [...english].sort(([a], [b]) => (a < b ? -1 : 1));
writeFileSync(
  join(folder, 'bundle.l10n.json'),
  `${JSON.stringify(Object.fromEntries(sorted), undefined, 2)}\n`,
);
for (const file of readdirSync(folder).filter((name) => /^bundle\.l10n\.[a-z-]+\.json$/u.test(name))) {
  const path = join(folder, file);
  const known = existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as Record<string, string>) : {};
  const missing = [...english.keys()].filter((key) => !(key in known));
  const spare = Object.keys(known).filter((key) => !english.has(key));
  console.log(JSON.stringify({ file, missing, spare }, undefined, 2));
}
