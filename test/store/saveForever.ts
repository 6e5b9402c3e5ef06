// Saves version after version of one encoder until it is killed. Run by the kill -9 test with the store's folder.
import { Store } from '../../src/store/store';

const root = process.argv[2] ?? '';
const first = Number(process.argv[3] ?? '0');

async function saveForever(): Promise<void> {
  const store = new Store(root);
  for (let version = first; ; version++) {
    const tensors = new Map([['version', { shape: [4096], data: new Float32Array(4096).fill(version) }]]);
    await store.encoders.save(
      'kept',
      { config: { emb_sz: 1, n_hid: 1, n_layers: 1, pad_token: 1 }, lineage: {}, metrics: { version } },
      { tensors, vocab: ['xxunk', String(version)] },
      'anything',
    );
    if (version === first) process.stdout.write('saved\n');
  }
}

saveForever().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
