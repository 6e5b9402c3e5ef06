import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isUrl } from './urlMatch';

test('web and mail addresses are recognised', () => {
  for (const address of [
    'www.example.com',
    'http://example.co.uk:8080/a(b)?c#d',
    'user.name@example.org',
    'git+ssh://user:pass@host.net/path',
    'http://a/b@example.com',
    'http://日本.example.com',
    '8.8.8.8:53',
    'a_b.example.com',
    '@@x.com',
  ]) {
    assert.ok(isUrl(address), address);
  }
});

test('what only looks like an address is not', () => {
  for (const text of [
    'example',
    'lower.Upper',
    'a.b',
    'end.',
    '.com',
    'http://',
    '-a.com',
    'a-.com',
    'a..com',
    'a.com:8',
    'a.com:123456',
    '192.168.0.1',
    '10.0.0.1',
    '1.2.3.256',
    `${'x'.repeat(65)}.com`,
    `a.${'x'.repeat(64)}`,
    '@x.com-',
    'a.com@b',
    'a://b.com',
    '𝒜://b.com',
  ]) {
    assert.ok(!isUrl(text), text);
  }
});
