// A store as an enemy would prepare it, or a broken disk leave it: good entries with hostile ones beside them.
// Plain JavaScript, so that the end-to-end tests can use it too.
import { Buffer } from 'node:buffer';
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const command = '[click here](command:workbench.action.closeWindow)';
/** Names of folders that no name typed by a user could be. */
export const hostileNames = [
  command,
  '<img src=x onerror=document.title=1>',
  '$(trash) `code` **bold**',
  '\u202egpj.exe\u202c',
  '\u001b[2J\u001b]0;title\u0007',
  'line\nbreak',
  '..%2f..%2fup',
  'a\\..\\b',
  '-rf',
  '__proto__',
  'x'.repeat(250),
];
const isWindows = process.platform === 'win32';

/** @type {typeof import('./hostileStore.d.mts').plantHostileStore} */
export function plantHostileStore(root, good, outside) {
  const executed = join(outside, 'executed');
  mkdirSync(outside, { recursive: true });
  cpSync(join(root, 'encoders', good.encoder), join(outside, 'encoder'), { recursive: true });
  cpSync(join(root, 'runs', good.run), join(outside, 'run'), { recursive: true });
  writeFileSync(join(outside, 'secret.json'), '["the user\'s own file"]\n');
  const planted = { encoders: [], models: [], runs: [], executed };
  for (const kind of ['encoders', 'models', 'runs']) {
    const from = kind === 'encoders' ? good.encoder : kind === 'models' ? good.model : good.run;
    const entry = new HostileEntries(join(root, kind), from, outside, planted[kind]);
    if (!isWindows) for (const name of hostileNames) entry.copy(name, () => undefined);
    plantWrongTypes(entry);
    plantWrongContent(entry, kind);
  }
  plantCode(root, executed);
  writeFileSync(join(root, 'unknown.bin'), 'x');
  rmSync(join(root, 'engine-checks.json'), { recursive: true, force: true });
  mkdirSync(join(root, 'engine-checks.json'));
  return planted;
}

class HostileEntries {
  constructor(folder, good, outside, names) {
    Object.assign(this, { folder, good, outside, names });
    this.first = folder.endsWith('runs') ? 'run.json' : 'manifest.json';
  }

  path(...parts) {
    return join(this.folder, ...parts);
  }

  /** A copy of the good entry, changed. */
  copy(name, change) {
    cpSync(this.path(this.good), this.path(name), { recursive: true });
    if (this.first === 'run.json') this.interrupt(name);
    change((file) => this.path(name, file));
    this.names.push(name);
  }

  /** A run that has not ended, and makes something of its own, so that it can be resumed. */
  interrupt(name) {
    const events = readFileSync(this.path(name, 'events.ndjson'), 'utf8').trimEnd().split('\n');
    writeFileSync(
      this.path(name, 'events.ndjson'),
      events
        .slice(0, -1)
        .map((line) => `${line}\n`)
        .join(''),
    );
    const run = { ...this.read(name), name: `made-${this.names.length}` };
    writeFileSync(this.path(name, this.first), JSON.stringify(run));
  }

  /** Without its seal, as earlier versions wrote it: an enemy can make a right one. */
  read(name) {
    const content = JSON.parse(readFileSync(this.path(name, this.first), 'utf8'));
    delete content.sealed;
    delete content.seal;
    return content;
  }

  /** Something that is no folder. */
  place(name, make) {
    make(this.path(name));
    this.names.push(name);
  }

  /** A copy whose manifest says something else. */
  says(name, change) {
    this.copy(name, (file) => {
      const content = this.read(name);
      writeFileSync(file(this.first), change(content) ?? JSON.stringify(content));
    });
  }
}

/** Folders, links, pipes and devices where files are meant to be, and the other way round. */
function plantWrongTypes(entry) {
  const { first, outside } = entry;
  entry.place('a-file', (path) => writeFileSync(path, 'text'));
  if (!isWindows && first === 'run.json') {
    entry.copy('link-checkpoints', (file) => {
      rmSync(file('checkpoints'), { recursive: true });
      symlinkSync(join(outside, 'run', 'checkpoints'), file('checkpoints'));
    });
  }
  entry.copy('a-folder-in-place', (file) => {
    rmSync(file(first));
    mkdirSync(file(first));
  });
  entry.place('empty', (path) => mkdirSync(path));
  if (isWindows) return;
  const target = join(outside, first === 'run.json' ? 'run' : 'encoder');
  entry.place('link-out', (path) => symlinkSync(target, path));
  entry.place('link-loop', (path) => symlinkSync(path, path));
  entry.place('link-nowhere', (path) => symlinkSync('/nowhere/at/all', path));
  entry.place('link-up', (path) => symlinkSync('../..', path));
  for (const [name, make] of [
    ['pipe', (path) => execFileSync('mkfifo', [path])],
    ['device', (path) => symlinkSync('/dev/zero', path)],
    ['link', (path) => symlinkSync(join(outside, 'secret.json'), path)],
  ]) {
    const files = first === 'run.json' ? [first, 'events.ndjson', 'process.json'] : [first, 'vocab.json'];
    for (const each of files) {
      entry.copy(`${name}-${each}`, (file) => {
        rmSync(file(each), { force: true });
        make(file(each));
      });
    }
  }
}

/** Files that are what they should be, with something else in them. */
function plantWrongContent(entry, kind) {
  const { first } = entry;
  const replaced = (name, file, bytes) => entry.copy(name, (path) => writeFileSync(path(file), bytes));
  const large = (name, file, size) =>
    entry.copy(name, (path) => {
      writeFileSync(path(file), '');
      truncateSync(path(file), size);
    });
  large('huge', first, 3 * 2 ** 30);
  replaced('deep', first, '['.repeat(2_000_000));
  replaced('no-json', first, Buffer.from([0xff, 0xfe, 0, 1]));
  replaced('another-value', first, 'null');
  entry.says('newer', (content) => void Object.assign(content, { formatVersion: 99 }));
  entry.says('prototype', (content) => JSON.stringify(content).replace('{', '{"__proto__":{"kind":"x"},'));
  if (kind === 'runs') {
    large('huge-events', 'events.ndjson', 3 * 2 ** 30);
    entry.says('name-is-a-link', (content) => void Object.assign(content, { name: command }));
    entry.says('name-leads-out', (content) => void Object.assign(content, { name: '../../outside/made' }));
    entry.says('id-leads-out', (content) => void Object.assign(content, { id: '../../outside/run' }));
    entry.says('device-as-data', (content) => void Object.assign(content.options, { data: ['/dev/zero'] }));
    entry.says('unknown-options', (content) => void Object.assign(content, { options: { epochs: -1 } }));
    replaced('process-of-all', 'process.json', '{"pid":1}');
    replaced('deep-events', 'events.ndjson', `${'[{"event":'.repeat(200_000)}\n`);
    entry.copy('checkpoints-are-a-file', (file) => {
      rmSync(file('checkpoints'), { recursive: true });
      writeFileSync(file('checkpoints'), '');
    });
    return;
  }
  const tensors = kind === 'encoders' ? 'encoder.safetensors' : 'model.safetensors';
  replaced('wrong-hash', tensors, 'x');
  entry.copy('missing-tensors', (file) => rmSync(file(tensors)));
  entry.says('files-lead-out', ({ ...content }) =>
    JSON.stringify({ ...content, files: leadingOut(content) }),
  );
  for (const [name, config] of [
    ['huge-sizes', { emb_sz: 1e15, n_hid: 1e15 }],
    ['no-sizes', { emb_sz: 0, n_layers: 0 }],
    ['odd-bptt', { bptt: 0.5 }],
  ]) {
    entry.says(name, (content) => void Object.assign(content.config, config));
  }
}

function leadingOut({ files }) {
  return { ...files, '../../../outside/secret.json': Object.values(files)[0] };
}

/** Programs where engines were looked for. */
function plantCode(root, executed) {
  const code = `require('node:fs').writeFileSync(${JSON.stringify(executed)}, __filename);\n`;
  for (const file of [
    'engines/tensorflow/backend.js',
    'engines/tensorflow/dist/index.js',
    'engines/tensorflow/node_modules/@tensorflow/tfjs-node/dist/index.js',
    'engines/webgpu/index.js',
    'engines/webgpu/node_modules/webgpu/index.js',
    'node_modules/onnxruntime-node/index.js',
  ]) {
    mkdirSync(join(root, file, '..'), { recursive: true });
    writeFileSync(join(root, file), code);
  }
  const addon = 'engines/webgpu/dist/linux-x64/dawn.node';
  mkdirSync(join(root, addon, '..'), { recursive: true });
  writeFileSync(join(root, addon), 'no library');
}
