import assert from 'node:assert/strict';
import { test } from 'node:test';
import { golden } from '../../test/golden/goldenFile';
import { joinFields } from './joinFields';

test('columns are joined as fastai joins them', () => {
  for (const { rows, kw, out } of golden.join_texts) {
    const settings = {
      markFields: kw.mark_fields ?? false,
      includeBos: kw.include_bos ?? true,
      includeEos: kw.include_eos ?? false,
    };
    assert.deepEqual(
      rows.map((row) => joinFields(row, settings)),
      out,
    );
  }
});

test('the start of the text is marked by default, fields and end are not', () => {
  assert.equal(joinFields(['a', '', 'b']), 'xxbos a  b');
});
