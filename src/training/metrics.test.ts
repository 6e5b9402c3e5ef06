import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { classificationReport, emptyConfusion } from './metrics';

const near = (actual: number | undefined, expected: number) => {
  assert.ok(Math.abs((actual ?? NaN) - expected) < 1e-12, `${actual ?? ''} is not ${expected}`);
};

describe('a classification report', () => {
  test('has the numbers that one gets by hand', () => {
    const confusion = [
      [5, 1, 0],
      [2, 3, 1],
      [0, 0, 4],
    ];
    const { accuracy, macroF1, perClass } = classificationReport(confusion);
    near(accuracy, 12 / 16);
    const [first, second, third] = perClass;
    near(first?.precision, 5 / 7);
    near(first?.recall, 5 / 6);
    near(first?.f1, 10 / 13);
    near(second?.f1, 6 / 10);
    near(third?.f1, 8 / 9);
    near(macroF1, (10 / 13 + 6 / 10 + 8 / 9) / 3);
    assert.deepEqual(
      perClass.map(({ support }) => support),
      [6, 6, 4],
    );
  });

  test('a class that no text has, or that none was given, counts 0 and is no division by zero', () => {
    const { accuracy, macroF1, perClass } = classificationReport([
      [3, 0, 1],
      [2, 0, 0],
      [0, 0, 0],
    ]);
    near(accuracy, 0.5);
    assert.deepEqual(perClass[1], { precision: 0, recall: 0, f1: 0, support: 2 });
    assert.deepEqual(perClass[2], { precision: 0, recall: 0, f1: 0, support: 0 });
    near(macroF1, 2 / 3 / 3);
  });

  test('of nothing is 0', () => {
    const { accuracy, macroF1 } = classificationReport(emptyConfusion(2));
    assert.deepEqual([accuracy, macroF1], [0, 0]);
    assert.equal(classificationReport([]).macroF1, 0);
  });

  test('an empty confusion has rows of its own', () => {
    const [first, second] = emptyConfusion(2);
    assert.notEqual(first, second);
  });
});
