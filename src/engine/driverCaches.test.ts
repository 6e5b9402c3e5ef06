import assert from 'node:assert/strict';
import { test } from 'node:test';
import { switchOffDriverCaches } from './driverCaches';

const name = '__GL_SHADER_DISK_CACHE';

test('P16: drivers of graphics cards keep nothing in the home, unless the user said so', (t) => {
  const before = { ...process.env };
  t.after(() => {
    for (const variable of ['MESA_SHADER_CACHE_DISABLE', 'CUDA_CACHE_DISABLE', name]) {
      if (before[variable] === undefined) Reflect.deleteProperty(process.env, variable);
      else process.env[variable] = before[variable];
    }
  });
  Reflect.deleteProperty(process.env, name);
  switchOffDriverCaches();
  assert.equal(process.env[name], '0');
  process.env[name] = '1';
  switchOffDriverCaches();
  assert.equal(process.env[name], '1');
});
