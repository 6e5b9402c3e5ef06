import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { dashboardHtml } from './html';

const page = dashboardHtml({
  cspSource: 'https://file.example',
  script: 'https://file.example/dashboard.js',
  style: 'https://file.example/dashboard.css?a&b',
  nonce: 'abc123',
  language: 'en',
  title: '"><script>alert(1)</script>',
});

test('P14: the policy allows the one script and the own styles, and nothing else', () => {
  const [, policy = ''] = /content="(default-src[^"]*)"/u.exec(page) ?? [];
  assert.deepEqual(policy.split('; '), [
    `default-src 'none'`,
    `style-src https://file.example 'sha256-${createHash('sha256').update('').digest('base64')}'`,
    'font-src https://file.example',
    `script-src 'nonce-abc123'`,
  ]);
  assert.doesNotMatch(page, /unsafe/u);
  assert.equal(page.match(/<script/gu)?.length, 1);
});

test('P14: what is filled in cannot leave its place', () => {
  assert.match(page, /href="https:\/\/file.example\/dashboard.css\?a&#38;b"/u);
  assert.match(page, /<title>&#34;&#62;&#60;script/u);
});
