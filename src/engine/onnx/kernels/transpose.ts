import type { OnnxBackend } from '../backend';
import { Graph, ints } from '../modelWriter';
import { native32 } from '../nativeSession';

/** Transposes each of `count` matrices `[rows, columns]` that lie one after the other. */
export function transpose(
  backend: OnnxBackend,
  matrices: Float32Array,
  [count, rows, columns]: readonly [number, number, number],
  out: Float32Array,
): void {
  backend.sessions.run(
    'transpose',
    transposeGraph,
    { x: native32(matrices, count, rows, columns) },
    { y: native32(out, count, columns, rows) },
  );
}

function transposeGraph(): Graph {
  const graph = new Graph('transpose');
  graph.input('x');
  graph.op('Transpose', ['x'], { perm: ints(0, 2, 1) }, 'y');
  graph.output('y');
  return graph;
}
