import assert from 'node:assert/strict';
import { test } from 'node:test';
import { countText, dateText, durationText, metricText, percentText, sizeText } from './quantities';
import { english } from './sampleContents';

test('sizes are decimal and short', () => {
  assert.equal(sizeText(950, english), '950 byte');
  assert.equal(sizeText(1234, english), '1.2 kB');
  assert.equal(sizeText(999_700, english), '1 MB');
  assert.equal(sizeText(25_300_000, english), '25 MB');
});

test('durations have at most two units', () => {
  assert.equal(durationText(0, english), '0 sec');
  assert.equal(durationText(59.4, english), '59 sec');
  assert.equal(durationText(119, english), '2 min');
  assert.equal(durationText(3_599, english), '1 hr');
  assert.equal(durationText(4_800, english), '1 hr 20 min');
  assert.equal(durationText(2 * 86_400, english), '2 days');
  assert.equal(durationText(-3, english), '0 sec');
});

test('only what is done has 100 %', () => {
  assert.equal(percentText(0.999), '99 %');
  assert.equal(percentText(1), '100 %');
  assert.equal(percentText(1.2), '100 %');
  assert.equal(percentText(-1), '0 %');
});

test('shares are percentages, other metrics have four digits', () => {
  assert.equal(metricText('accuracy', 0.9123, english), '91.2 %');
  assert.equal(metricText('perplexity', 43.2149, english), '43.21');
  assert.equal(metricText('valid_loss', NaN, english), '–');
});

test('numbers follow the language, and a locale that is none falls back to English', () => {
  assert.equal(metricText('perplexity', 43.2149, { ...english, locale: 'de' }), '43,21');
  assert.equal(countText(12_345, { ...english, locale: 'not a locale' }), '12,345');
});

test('what is no date stays as it is', () => {
  assert.equal(dateText('yesterday', english), 'yesterday');
  assert.match(dateText('2024-06-07T12:00:00.000Z', english), /Jun 7, 2024/u);
});
