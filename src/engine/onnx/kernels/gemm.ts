import { Graph, int } from '../modelWriter';
import { native32 } from '../nativeSession';
import type { OnnxBackend } from '../backend';

export interface Gemm {
  /** `[rows, inner]`, or `[inner, rows]` with `transposeA`. */
  readonly a: Float32Array;
  readonly transposeA?: boolean;
  /** `[inner, columns]`, or `[columns, inner]` with `transposeB`. */
  readonly b: Float32Array;
  readonly transposeB?: boolean;
  /** Added to the product: `[columns]`, or `[rows, columns]`, which may be `out` itself. */
  readonly addend?: Float32Array | undefined;
  readonly rows: number;
  readonly inner: number;
  readonly columns: number;
  readonly out: Float32Array;
}

/** `out = A·B + addend`. */
export function gemm(backend: OnnxBackend, product: Gemm): void {
  const { a, b, addend, rows, inner, columns, out, transposeA = false, transposeB = false } = product;
  const feeds = {
    a: transposeA ? native32(a, inner, rows) : native32(a, rows, inner),
    b: transposeB ? native32(b, columns, inner) : native32(b, inner, columns),
  };
  const key = `Gemm ${transposeA} ${transposeB} ${addend !== undefined}`;
  const build = (): Graph => gemmGraph(transposeA, transposeB, addend !== undefined);
  const shape = addend?.length === columns ? [columns] : [rows, columns];
  backend.sessions.run(key, build, addend ? { ...feeds, addend: native32(addend, ...shape) } : feeds, {
    out: native32(out, rows, columns),
  });
}

function gemmGraph(transposeA: boolean, transposeB: boolean, hasAddend: boolean): Graph {
  const graph = new Graph('gemm');
  const inputs = ['a', 'b', ...(hasAddend ? ['addend'] : [])];
  for (const name of inputs) graph.input(name);
  graph.op('Gemm', inputs, { transA: int(Number(transposeA)), transB: int(Number(transposeB)) }, 'out');
  graph.output('out');
  return graph;
}

const ones = new Map<number, Float32Array>();

/** `out = Σ over rows` of a matrix `[rows, columns]`: a product with ones is the fastest such sum. */
export function sumRows(backend: OnnxBackend, matrix: Float32Array, rows: number, out: Float32Array): void {
  let row = ones.get(rows);
  if (!row) {
    if (ones.size > 64) ones.clear();
    row = new Float32Array(rows).fill(1);
    ones.set(rows, row);
  }
  gemm(backend, { a: row, b: matrix, rows: 1, inner: rows, columns: out.length, out });
}
