import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { decoderBlocks, type Range } from './decoderBlocks';

const count = fc.integer({ min: 1, max: 10_000 });
const limits = fc.record({ rows: count, blockBytes: count, tileBytes: count });

test('blocks and tiles cover all rows and classes once, and keep to their limits', () => {
  fc.assert(
    fc.property(count, count, limits, (rows, classes, most) => {
      const { blocks, tiles } = decoderBlocks(rows, classes, most);
      assert.equal(end(blocks), rows);
      assert.equal(end(tiles), classes);
      const [block, tile] = [blocks[0]?.count ?? 0, tiles[0]?.count ?? 0];
      assert.ok(block <= most.rows);
      assert.ok(block === 1 || 4 * block * classes <= most.blockBytes);
      assert.ok(tile === 1 || 4 * block * tile <= most.tileBytes);
    }),
    { seed: 11 },
  );
});

/** Where ranges that follow each other without a gap end. */
function end(ranges: readonly Range[]): number {
  return ranges.reduce((position, { first, count }) => {
    assert.equal(first, position);
    assert.ok(count > 0);
    return first + count;
  }, 0);
}

test('the last part is nearly as large as the others', () => {
  const { blocks, tiles } = decoderBlocks(4480, 30_000, {
    rows: 1200,
    blockBytes: 2 ** 28,
    tileBytes: 2 ** 25,
  });
  assert.deepEqual(new Set(blocks.map((block) => block.count)), new Set([1120]));
  assert.deepEqual(new Set(tiles.map((tile) => tile.count)), new Set([6000]));
});
