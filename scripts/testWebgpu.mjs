// `npm run test:webgpu`: the properties of every kernel, the golden vectors and training traces of fastai, and the tests in
// test/webgpu and of P16, on the `webgpu` engine. Without a graphics card they run on SwiftShader, a Vulkan driver that computes on
// the processor and comes with Debian's package chromium, which is installed where it is missing.
//   npm run test:webgpu -- lstm          runs just the test files whose path contains a word
//   npm run test:webgpu -- --real        takes the machine's own graphics card
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { installIfMissing, root, run } from './install.mjs';

const words = process.argv.slice(2).filter((word) => word !== '--real');
const onRealCard = process.argv.includes('--real');
installIfMissing();

const runtime = mkdtempSync(join(tmpdir(), 'ulmfit-webgpu-'));
process.on('exit', () => rmSync(runtime, { recursive: true, force: true }));
const environment = {
  ...process.env,
  ULMFIT_TEST_ENGINE: 'webgpu',
  ULMFIT_WEBGPU: installDawn(),
  ...(onRealCard ? {} : swiftShader(runtime)),
};
const files = ['src', 'test'].flatMap((folder) =>
  readdirSync(join(root, folder), { recursive: true })
    .map((file) => join(folder, String(file)))
    .filter((file) => isTestOfEngines(file) && words.every((word) => file.includes(word))),
);
if (files.length === 0) throw new Error(`No test file of the engine has ${words.join(' and ')} in its path.`);
if (files.some((file) => file.startsWith(join('test', 'privacy'))))
  run(process.execPath, [join(root, 'scripts', 'build.mjs'), '--no-types']);
const started = performance.now();
// One after the other: each opens the device, and SwiftShader takes all processors for itself.
const flags = ['--import', 'tsx', '--test', '--test-concurrency=1'];
run(process.execPath, [...flags, ...files.sort()], { env: environment });
console.log(
  `The webgpu engine was tested in ${((performance.now() - started) / 60_000).toFixed(1)} minutes.`,
);

function isTestOfEngines(file) {
  if (!file.endsWith('.test.ts')) return false;
  if (file.startsWith(join('src', 'engine', 'kernelTests')) || file.startsWith(join('test', 'webgpu')))
    return true;
  // What the engine writes and asks for, by the real command line and library.
  if (file.startsWith(join('test', 'privacy'))) return /commandLine|library/u.test(file);
  return (
    file.startsWith(join('test', 'golden')) &&
    readFileSync(join(root, file), 'utf8').includes("from './engines'")
  );
}

/** The folder with the package `webgpu` of the version that the engine knows; installed for these tests alone. */
function installDawn() {
  const source = readFileSync(join(root, 'src', 'engine', 'webgpu', 'dawnLibrary.ts'), 'utf8');
  const version = /dawnVersion = '([^']+)'/u.exec(source)?.[1];
  const folder = join(root, '.cache', `webgpu-${version}`);
  if (existsSync(join(folder, 'node_modules', 'webgpu', 'package.json'))) return folder;
  mkdirSync(folder, { recursive: true });
  console.log(`Installing webgpu ${version} (once) …`);
  const command = [
    'install',
    '--prefix',
    folder,
    '--no-save',
    '--ignore-scripts',
    '--loglevel=error',
    `webgpu@${version}`,
  ];
  const npm = process.env.npm_execpath;
  if (npm) run(process.execPath, [npm, ...command]);
  else run('npm', command, { shell: process.platform === 'win32' });
  return folder;
}

/** What makes Vulkan take SwiftShader, and nothing else. */
function swiftShader(runtimeFolder) {
  if (process.platform !== 'linux') {
    throw new Error(
      'SwiftShader comes from a Debian package; on this platform use --real with a graphics card.',
    );
  }
  const folder = '/usr/lib/chromium';
  const driver = join(folder, 'vk_swiftshader_icd.json');
  if (!existsSync(driver)) installChromium();
  // Chromium brings the Vulkan loader along.
  const libraries = [folder, process.env.LD_LIBRARY_PATH].filter((path) => path).join(':');
  return {
    VK_ICD_FILENAMES: driver,
    VK_DRIVER_FILES: driver,
    XDG_RUNTIME_DIR: runtimeFolder,
    LD_LIBRARY_PATH: libraries,
  };
}

function installChromium() {
  console.log('Installing chromium, which brings SwiftShader (once) …');
  const sudo = process.getuid?.() === 0 ? [] : ['sudo', '-n'];
  for (const command of ['update', 'install -y --no-install-recommends chromium']) {
    const [program, ...rest] = [...sudo, 'apt-get', '-q', ...command.split(' ')];
    const { status } = spawnSync(program, rest, { stdio: ['ignore', 'ignore', 'inherit'] });
    if (status !== 0) throw new Error(`"${[program, ...rest].join(' ')}" failed; install chromium by hand.`);
  }
}
