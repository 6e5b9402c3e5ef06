import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { UlmfitError } from '../../errors';
import { readGraphicsCard } from './device';
import { folderVariable } from './folder';
import { isTensorFlowInstalled, loadTensorFlow } from './load';

const before = process.env[folderVariable];

/** Looks for TensorFlow in a folder with one file in it. */
async function withFolder(file: string, content: string, use: () => void): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'ulmfit-tensorflow-'));
  await mkdir(join(folder, file, '..'), { recursive: true });
  await writeFile(join(folder, file), content);
  process.env[folderVariable] = folder;
  try {
    use();
  } finally {
    if (before === undefined) Reflect.deleteProperty(process.env, folderVariable);
    else process.env[folderVariable] = before;
    await rm(folder, { recursive: true });
  }
}

function refusal(): UlmfitError {
  try {
    loadTensorFlow();
  } catch (error) {
    if (error instanceof UlmfitError) return error;
    throw error;
  }
  throw new Error('It was loaded.');
}

test('a folder without TensorFlow is refused with what to do', async () => {
  await withFolder('other.txt', '', () => {
    assert.equal(isTensorFlowInstalled(), false);
    const { code, message, remedy } = refusal();
    assert.equal(code, 'engine-unavailable');
    assert.match(message, /no TensorFlow in/u);
    assert.match(remedy, /--install tensorflow/u);
  });
});

test('a TensorFlow whose library is missing says which', async () => {
  const broken = "throw new Error('libtensorflow.so.2: cannot open shared object file\\nmore');";
  await withFolder('backend.js', broken, () => {
    assert.equal(isTensorFlowInstalled(), true);
    assert.match(
      refusal().message,
      /cannot be loaded: libtensorflow\.so\.2: cannot open shared object file$/u,
    );
  });
});

test('P16: a driver is told to keep no cache before TensorFlow is loaded', async () => {
  await withFolder('backend.js', 'throw new Error(`cache off: ${process.env.CUDA_CACHE_DISABLE}`);', () => {
    assert.match(refusal().message, /cache off: 1$/u);
  });
});

test('what registers no backend is not TensorFlow', async () => {
  await withFolder('backend.js', '', () => {
    assert.match(refusal().message, /not the TensorFlow/u);
  });
});

test('the first graphics card is named with driver and memory, and one without a table still has a name', () => {
  assert.deepEqual(readGraphicsCard('NVIDIA T4, 550.54.15, 15360\nNVIDIA T4, 550.54.15, 15360\n'), {
    name: 'NVIDIA T4',
    driver: '550.54.15',
    memoryBytes: 15360 * 2 ** 20,
  });
  assert.equal(readGraphicsCard('').name, 'NVIDIA graphics card');
});
