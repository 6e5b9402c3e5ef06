// `npm start`: the whole way on real mail, in a few minutes on two cores. It runs the same commands that anybody would
// type, on the mails in media/sample, and keeps what it makes in .cache/walk-through.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { installIfMissing, root, run } from './install.mjs';

installIfMissing();
if (isOlderThanSources(join(root, 'dist', 'cli.js'))) {
  run(process.execPath, [join(root, 'scripts', 'build.mjs'), '--no-types']);
}

const folder = join(root, '.cache', 'walk-through');
rmSync(folder, { recursive: true, force: true });
mkdirSync(folder, { recursive: true });
const [training, heldOut] = splitMails();
const sizes = ['--emb-sz', '128', '--n-hid', '256', '--n-layers', '2', '--max-vocab', '5000'];
const columns = ['--text', 'subject', '--text', 'body'];

say('A language model learns how these mails are written; its encoder is saved as "mail".');
ulmfit(
  'train-encoder',
  '--name',
  'mail',
  '--data',
  training,
  ...columns,
  ...sizes,
  '--epochs',
  '3',
  '--lr',
  '1e-2',
  '--drop-mult',
  '0.3',
  '--bs',
  '32',
);

say('It continues a text.');
ulmfit('generate', 'mail', 'Dear friend,', '--words', '30', '--temperature', '0.7', '--seed', '3');

say('A classifier learns spam and ham on that encoder, one layer group after the other.');
ulmfit(
  'train-classifier',
  '--name',
  'spam-or-ham',
  '--encoder',
  'mail',
  '--data',
  training,
  ...columns,
  '--label',
  'label',
  '--epochs',
  '2,2,1,2',
);

say('How good is it on mails it has never seen?');
ulmfit('evaluate', 'spam-or-ham', '--data', heldOut, ...columns, '--label', 'label');

say('And on two mails of today.');
for (const mail of [
  'You have won! Claim your FREE prize of $1,000,000 now. Click here, no obligation, act today!!!',
  'The patch breaks the build on my machine. I think the list needs a lock around the queue; can you have a look?',
]) {
  console.log(mail);
  ulmfit('classify', 'spam-or-ham', mail);
}
console.log(
  `\nEverything is in ${join('.cache', 'walk-through')}; try: node dist/cli.js --store ${join('.cache', 'walk-through', 'store')} list`,
);

function say(text) {
  console.log(`\n${text}`);
}

function ulmfit(...args) {
  console.log(`$ ulmfit ${args.map((arg) => (/[\s!"]/u.test(arg) ? JSON.stringify(arg) : arg)).join(' ')}`);
  const cli = join(root, 'dist', 'cli.js');
  const { status, signal } = spawnSync(process.execPath, [cli, '--store', join(folder, 'store'), ...args], {
    stdio: 'inherit',
  });
  if (status !== 0) process.exit(status ?? (signal ? 130 : 1));
}

/** Every tenth mail is kept apart for the evaluation. Records begin at a line that begins with a label. */
function splitMails() {
  const [header, ...records] = readFileSync(join(root, 'media', 'sample', 'mails.csv'), 'utf8').split(
    /\n(?=(?:ham|spam),)/u,
  );
  const write = (name, rows) => {
    const file = join(folder, name);
    writeFileSync(file, `${[header, ...rows].join('\n').trimEnd()}\n`);
    return relative(process.cwd(), file);
  };
  return [
    write(
      'training.csv',
      records.filter((_, i) => i % 10 !== 0),
    ),
    write(
      'held-out.csv',
      records.filter((_, i) => i % 10 === 0),
    ),
  ];
}

function isOlderThanSources(file) {
  if (!existsSync(file)) return true;
  const built = statSync(file).mtimeMs;
  return readdirSync(join(root, 'src'), { recursive: true }).some(
    (file) => statSync(join(root, 'src', String(file))).mtimeMs > built,
  );
}
