import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Language } from '../explorer/language';
import { probabilityText } from './probabilityText';

const english: Language = { locale: 'en', l10n: { t: (message) => message } };

test('a probability is a percentage', () => {
  assert.equal(probabilityText(0.974, english), '97%');
  assert.equal(probabilityText(0.12345, english, 1), '12.3%');
});

test('what is nearly certain is not shown as certain', () => {
  assert.equal(probabilityText(0.9999, english), '>99%');
  assert.equal(probabilityText(0.0001, english), '<1%');
  assert.equal(probabilityText(0.9999, english, 1), '>99.9%');
  assert.equal(probabilityText(1, english), '100%');
  assert.equal(probabilityText(0, english), '0%');
});

test('the language decides how numbers are written', () => {
  assert.match(probabilityText(0.125, { ...english, locale: 'de' }, 1), /^12,5\s%$/u);
  assert.equal(probabilityText(0.5, { ...english, locale: 'not a locale!' }), '50%');
});

test('what is no number has a dash', () => {
  assert.equal(probabilityText(NaN, english), '–');
});
