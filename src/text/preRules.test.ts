import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { golden } from '../../test/golden/goldenFile';
import { applyPreRules, fixHtml, replaceRep, replaceWrep, rmUselessSpaces, specAddSpaces } from './preRules';

test('each pre-rule alone gives what fastai gives', () => {
  for (const vector of golden.pre_rules) {
    assert.equal(fixHtml(vector.in), vector.fix_html);
    assert.equal(replaceRep(vector.in), vector.replace_rep);
    assert.equal(replaceWrep(vector.in), vector.replace_wrep);
    assert.equal(specAddSpaces(vector.in), vector.spec_add_spaces);
    assert.equal(rmUselessSpaces(vector.in), vector.rm_useless_spaces);
  }
});

test('fixHtml leaves the ampersand of a reference where it was, and other spellings of a line break alone', () => {
  assert.equal(fixHtml('a&nbsp;b &amp; &quot;c&quot;'), "a& b && &'c&'");
  assert.equal(fixHtml('&lt;b&gt; &#36;5 &#228;'), '<b> &$5 ä');
  assert.equal(fixHtml('it#39;s #146;so#146; #36;1 $&amp;$'), "it's 'so' $1 $&&$");
  assert.equal(fixHtml('a<br>b<br/>c<br />d'), 'a<br>b<br/>c\nd');
  assert.equal(fixHtml('1 @.@ 5 @,@ 000 well @-@ known <unk>'), '1.5,000 well-known xxunk');
  assert.equal(fixHtml('C:\\dir a\\nb \\"q\\"'), 'C: \\ dir a\nb "q"');
});

test('replaceRep counts characters, not UTF-16 units, from four on', () => {
  assert.equal(replaceRep('aaa'), 'aaa');
  assert.equal(replaceRep('aaaa'), ' xxrep 4 a ');
  assert.equal(replaceRep('so 😀😀😀😀😀!'), 'so  xxrep 5 😀 !');
  assert.equal(replaceRep('AAaaAA'), 'AAaaAA');
  assert.equal(
    replaceRep('a    b\n\n\n\n\nc\u00a0\u00a0\u00a0\u00a0'),
    'a    b\n\n\n\n\nc\u00a0\u00a0\u00a0\u00a0',
  );
});

test('replaceWrep keeps the separator and counts as fastai counts', () => {
  assert.equal(replaceWrep('ha ha ha ha'), 'ha ha ha ha');
  assert.equal(replaceWrep('ha ha ha ha ha'), ' xxwrep 4 ha  ha');
  assert.equal(replaceWrep('ha-ha-ha-ha-x'), ' xxwrep 2 ha- x');
  assert.equal(replaceWrep('no - no - no - no - x'), ' xxwrep 7 no -  x');
  assert.equal(replaceWrep('a; a; a; a; ;'), ' xxwrep 4 a;  ;');
});

test('the expression that replaceWrep and replaceRep stand for finds the same repetitions', () => {
  // ASCII only, where JavaScript's \w, \b and \S mean what Python's mean.
  const text = fc.array(fc.constantFrom('ha', 'ha ', 'no', '-', ' ', ', ', '!', 'x', '\n'), {
    maxLength: 40,
  });
  fc.assert(
    fc.property(text, (parts) => {
      const joined = parts.join('');
      assert.equal(
        replaceRep(joined),
        joined.replace(/(\S)(\1{3,})/g, (_, c: string, cc: string) => ` xxrep ${cc.length + 1} ${c} `),
      );
      assert.equal(
        replaceWrep(joined),
        joined.replace(
          /(\b\w+\W+)(\1{3,})/g,
          (_, c: string, cc: string) => ` xxwrep ${cc.trim().split(/\s+/).length + 1} ${c} `,
        ),
      );
    }),
    { seed: 20240607, numRuns: 2000 },
  );
});

test('the rules take any string, halves of surrogate pairs too', () => {
  const units = fc.array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 60 });
  fc.assert(
    fc.property(units, (codes) => {
      assert.doesNotMatch(applyPreRules(String.fromCharCode(...codes)), / {2}/);
    }),
    { seed: 20240607, numRuns: 500 },
  );
});
