// Draws in ARCHITECTURE.md which room of src/ imports which, from the code; `--check` says only whether the picture is
// of today, and whether files import each other in circles. An arrow that others imply is left out.
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { installIfMissing, root } from './install.mjs';

installIfMissing();
const { default: ts } = await import('typescript');

const source = join(root, 'src');
const page = join(root, 'ARCHITECTURE.md');
const begin = '<!-- rooms: made by scripts/drawRooms.mjs -->\n';
const end = '<!-- /rooms -->';

const files = new Set(
  readdirSync(source, { recursive: true })
    .map((name) => String(name).split(sep).join('/'))
    .filter((name) => name.endsWith('.ts') && !/\.(test|testing|d)\.ts$/u.test(name)),
);
const imports = new Map([...files].map((file) => [file, importsOf(file)]));
const circle = findCircle(imports);
if (circle) fail(`These files import each other in a circle: ${circle.join(' → ')}.`);

const rooms = new Map();
for (const [file, targets] of imports) {
  const room = roomOf(file);
  const others = rooms.get(room) ?? new Set();
  for (const target of targets) if (roomOf(target) !== room) others.add(roomOf(target));
  rooms.set(room, others);
}
const circleOfRooms = findCircle(new Map([...rooms].map(([room, others]) => [room, [...others]])));
if (circleOfRooms) fail(`These rooms import each other in a circle: ${circleOfRooms.join(' → ')}.`);

const text = readFileSync(page, 'utf8');
const [before, rest] = text.split(begin);
const after = rest?.split(end)[1];
if (after === undefined) fail('ARCHITECTURE.md has no place for the picture of the rooms.');
const wanted = `${before}${begin}\n${picture()}\n${end}${after}`;
if (process.argv.includes('--check')) {
  if (text !== wanted)
    fail('The picture of the rooms in ARCHITECTURE.md is old: run node scripts/drawRooms.mjs.');
} else writeFileSync(page, wanted);

/** Files of src/ that a file imports, types too. */
function importsOf(file) {
  const { importedFiles } = ts.preProcessFile(readFileSync(join(source, file), 'utf8'));
  return importedFiles.flatMap(({ fileName }) => {
    if (!fileName.startsWith('.')) return [];
    const path = relative(source, join(source, dirname(file), fileName))
      .split(sep)
      .join('/');
    return files.has(`${path}.ts`) ? [`${path}.ts`] : [];
  });
}

/** The first folder of a file, or the file itself where it lies on the ground. */
function roomOf(file) {
  return file.includes('/') ? file.split('/')[0] : file;
}

function findCircle(graph) {
  const done = new Set();
  const path = [];
  const visit = (node) => {
    if (done.has(node)) return undefined;
    const place = path.indexOf(node);
    if (place >= 0) return [...path.slice(place), node];
    path.push(node);
    for (const next of graph.get(node) ?? []) {
      const found = visit(next);
      if (found) return found;
    }
    path.pop();
    done.add(node);
    return undefined;
  };
  for (const node of graph.keys()) {
    const found = visit(node);
    if (found) return found;
  }
  return undefined;
}

function picture() {
  const isGround = (room) => room.endsWith('.ts') && (rooms.get(room)?.size ?? 0) === 0;
  const reached = (from, seen = new Set()) => {
    for (const next of rooms.get(from) ?? []) if (!seen.has(next)) reached(next, seen.add(next));
    return seen;
  };
  const lines = [...rooms].flatMap(([room, others]) => {
    const shown = [...others].filter((other) => !isGround(other));
    const direct = shown.filter((other) => !shown.some((via) => via !== other && reached(via).has(other)));
    return direct.sort().map((other) => `  ${name(room)} --> ${name(other)}`);
  });
  return ['```mermaid', 'flowchart TD', ...lines.sort(), '```', ''].join('\n');
}

function name(room) {
  return room.replace('.', '_').replace(/^(.*)_ts$/u, '$1_ts["$1.ts"]');
}

function fail(message) {
  console.error(message);
  process.exit(1);
}
