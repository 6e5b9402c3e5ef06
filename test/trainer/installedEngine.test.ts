/** A stand-in for an installed TensorFlow, whose program leaves a mark when it is run. */
import assert from 'node:assert/strict';
import { appendFileSync, chmodSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { sealInstallation } from '../../src/trainer/engines/sealInstallation';
import { startTrainer, temporaryFolder, trainEncoder, writeSampleData } from './host';

async function install(engines: string, mark: string): Promise<string> {
  const folder = join(engines, 'tensorflow');
  mkdirSync(join(folder, 'tensorflow'), { recursive: true, mode: 0o700 });
  const program = `require('node:fs').appendFileSync(${JSON.stringify(mark)}, 'run');\n`;
  writeFileSync(join(folder, 'backend.js'), program);
  writeFileSync(join(folder, 'tensorflow', 'library.so'), 'a library');
  await sealInstallation('tensorflow', folder, folder);
  return folder;
}

const isUnix = process.platform !== 'win32';
const changes = [
  {
    what: 'a byte of its program',
    change: (folder: string) => {
      appendFileSync(join(folder, 'backend.js'), ' ');
    },
    cause: /backend\.js was changed after it was installed/u,
  },
  {
    what: 'a byte of a library',
    change: (folder: string) => {
      writeFileSync(join(folder, 'tensorflow', 'library.so'), 'a librarz');
    },
    cause: /library\.so was changed after it was installed/u,
  },
  {
    what: 'a file that was not there',
    change: (folder: string) => {
      writeFileSync(join(folder, 'tensorflow', 'another.so'), '');
    },
    cause: /another\.so was not installed with it/u,
  },
  ...(isUnix
    ? [
        {
          what: 'the mode of a folder',
          change: (folder: string) => {
            chmodSync(join(folder, 'tensorflow'), 0o777);
          },
          cause: /other users may write to/u,
        },
      ]
    : []),
];

test('an engine that is as it was installed is loaded', async (t) => {
  const folder = temporaryFolder(t);
  const [ULMFIT_ENGINES, mark] = [join(folder, 'engines'), join(folder, 'mark')];
  await install(ULMFIT_ENGINES, mark);
  const host = await startTrainer(t, { storeFolder: join(folder, 'store'), env: { ULMFIT_ENGINES } });
  const { engines = [] } = await host.connection.request('doctor', {});
  const report = engines.find(({ engine }) => engine === 'tensorflow');
  assert.match(report?.cause ?? '', /is not the TensorFlow that fits/u);
  assert.equal(existsSync(mark), true);
});

for (const { what, change, cause } of changes) {
  test(`P21: an installed engine of which ${what} changed is never run, and "auto" goes on with onnx`, async (t) => {
    const folder = temporaryFolder(t);
    const [ULMFIT_ENGINES, mark] = [join(folder, 'engines'), join(folder, 'mark')];
    change(await install(ULMFIT_ENGINES, mark));
    const host = await startTrainer(t, { storeFolder: join(folder, 'store'), env: { ULMFIT_ENGINES } });
    const data = writeSampleData(folder);
    const { run } = await trainEncoder(host, { data: [data], name: 'words', pretrained: 'none', epochs: 1 });
    assert.equal((await host.ended(run))?.event, 'result');
    const started = host.events.find(({ event }) => event === 'started');
    assert.equal(started?.event === 'started' && started.engine, 'onnx');
    const [refused] = started?.event === 'started' ? (started.engines_refused ?? []) : [];
    assert.match(refused?.cause ?? '', cause);
    assert.match(refused?.remedy ?? '', /--install tensorflow/u);
    assert.equal(existsSync(mark), false);
  });
}
