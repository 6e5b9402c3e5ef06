// Saves an encoder under a name that nobody had when it began, and says whether it did. Run by the test of races.
import { UlmfitError } from '../../src/errors';
import { Store } from '../../src/store/store';

const [root = '', version = ''] = process.argv.slice(2);

async function saveOnce(): Promise<string> {
  const store = new Store(root);
  const tensors = new Map([['version', { shape: [1], data: new Float32Array([Number(version)]) }]]);
  const facts = { config: { emb_sz: 1, n_hid: 1, n_layers: 1, pad_token: 1 }, lineage: {}, metrics: {} };
  // Whoever starts them all lets them go at once.
  process.stdout.write('ready\n');
  await new Promise((resolve) => process.stdin.once('data', resolve));
  try {
    await store.encoders.save('words', facts, { tensors, vocab: [version] });
    return 'saved';
  } catch (error) {
    if (error instanceof UlmfitError) return error.code;
    throw error;
  }
}

saveOnce().then(
  (said) => process.stdout.write(said, () => process.exit(0)),
  (error: unknown) => {
    console.error(error);
    process.exit(1);
  },
);
