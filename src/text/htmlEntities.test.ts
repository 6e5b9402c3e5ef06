import assert from 'node:assert/strict';
import { test } from 'node:test';
import { unescapeHtml } from './htmlEntities';

test('named references decode with and without their semicolon, the longest name that fits', () => {
  assert.equal(unescapeHtml('&amp; &amp &ampx; &lt&gt'), '& & &x; <>');
  assert.equal(unescapeHtml('&notin; &notin &notit;'), '∉ ¬in ¬it;');
  assert.equal(unescapeHtml('&CounterClockwiseContourIntegral;'), '∳');
  assert.equal(unescapeHtml('&hellip &nosuchname; &; & &&lt;'), '&hellip &nosuchname; &; & &<');
});

test('numeric references decode in both bases, those of Windows-1252 to what they were meant to be', () => {
  assert.equal(unescapeHtml('&#65;&#x42&#X43;&#128512;'), 'ABC😀');
  assert.equal(unescapeHtml('&#128;&#x92;&#150;&#x81;'), '\u20ac\u2019\u2013\x81');
  assert.equal(unescapeHtml('&#٣; &#; &#x;'), '&#٣; &#; &#x;');
});

test('a reference to nothing that can be a character vanishes or becomes the replacement character', () => {
  assert.equal(unescapeHtml('&#0;&#xd800;&#xdfff;&#x110000;&#99999999999999999999;'), '\ufffd'.repeat(5));
  assert.equal(unescapeHtml('&#1;&#11;&#31;&#127;&#xfdd0;&#xfdef;&#xffff;&#x10fffe;'), '');
  assert.equal(unescapeHtml('&#9;&#10;&#12;&#13;&#xfdcf;'), '\t\n\f\r\ufdcf');
});
