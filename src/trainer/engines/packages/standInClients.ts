/** For tests: programs called pip and npm that download nothing, and do as they are told. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface StandInBehaviour {
  /** What is brought, and under which name. */
  readonly file?: string;
  readonly content?: Buffer;
  /** Said on stderr instead, with exit code 1. */
  readonly complaint?: string;
  /** Neither comes nor ends, and does not hear that it should; nor does what it starts. */
  readonly hangs?: boolean;
}

export interface StandInClients {
  /** The only folder that programs are looked for in. */
  readonly folder: string;
  set(name: 'pip' | 'npm', behaviour: StandInBehaviour): void;
  /** The arguments of the calls so far, `--version` apart, with the folder that they were made in. */
  calls(): { args: string[]; cwd: string }[];
  /** The processes that hang. */
  hanging(): number[];
  end(): void;
}

/** Puts the stand-ins in the place of all programs that this process finds by name. */
export function standInClients(): StandInClients {
  const folder = mkdtempSync(join(tmpdir(), 'ulmfit-clients-'));
  const path = process.env['PATH'];
  process.env['PATH'] = folder;
  const log = join(folder, 'calls.txt');
  const pids = join(folder, 'pids.txt');
  const lines = (file: string) => {
    try {
      return readFileSync(file, 'utf8')
        .split('\n')
        .filter((line) => line !== '');
    } catch {
      // Nobody has called yet.
      return [];
    }
  };
  return {
    folder,
    set(name, { file = '', content = Buffer.alloc(0), complaint = '', hangs = false }) {
      const brought = join(folder, `${name}.brought`);
      writeFileSync(brought, content);
      const told = { log, pids, brought, file, complaint, hangs };
      const script = `#!${process.execPath}\n(${program})(${JSON.stringify(told)});\n`;
      if (process.platform !== 'win32') {
        writeFileSync(join(folder, name), script, { mode: 0o755 });
        return;
      }
      const bin = join(folder, 'node_modules', 'npm', 'bin');
      mkdirSync(bin, { recursive: true });
      writeFileSync(join(folder, 'npm.cmd'), '');
      writeFileSync(join(bin, 'npm-cli.js'), script);
    },
    calls: () => lines(log).map((line) => JSON.parse(line) as { args: string[]; cwd: string }),
    hanging: () => lines(pids).map(Number),
    end() {
      process.env['PATH'] = path;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** What a stand-in does with what it is told. */
const program = `(told) => {
  const { appendFileSync, copyFileSync } = require('node:fs');
  const { join } = require('node:path');
  const args = process.argv.slice(2);
  if (args.includes('--version')) return;
  appendFileSync(told.log, JSON.stringify({ args, cwd: process.cwd() }) + '\\n');
  if (told.complaint !== '') {
    process.stderr.write(told.complaint);
    process.exitCode = 1;
    return;
  }
  if (!told.hangs) {
    const flag = args.findIndex((arg) => arg === '--dest' || arg === '--pack-destination');
    copyFileSync(told.brought, join(args[flag + 1], told.file));
    return;
  }
  const hang = (pids) => {
    process.on('SIGTERM', () => {});
    require('node:fs').appendFileSync(pids, process.pid + '\\n');
    setInterval(() => {}, 1000);
  };
  const child = '(' + hang + ')(' + JSON.stringify(told.pids) + ')';
  require('node:child_process').spawn(process.execPath, ['-e', child], { stdio: 'ignore' });
  hang(told.pids);
}`;
