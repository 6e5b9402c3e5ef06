import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

const root = join(import.meta.dirname, '..');
/** Where the pretrained models are, this machine itself, and the name of a format of pictures. */
const known = ['s3.amazonaws.com', '127.0.0.1', 'www.w3.org'];

test('P16: the code knows one address to download from, that of the pretrained models; packages come by pip and npm', () => {
  const files = ['src', 'scripts', 'webview'].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true })
      .map((file) => join(folder, String(file)))
      .filter((file) => /\.(ts|mjs|json)$/u.test(file) && !file.endsWith('.test.ts')),
  );
  const found = files.flatMap((file) =>
    [...readFileSync(join(root, file), 'utf8').matchAll(/https?:\/\/([\w-]+(?:\.[\w-]+)+)/gu)]
      .map(([, host = '']) => host)
      .filter((host) => !known.includes(host))
      .map((host) => `${file}: ${host}`),
  );
  assert.deepEqual(found, []);
});
