import { Graph, int } from '../modelWriter';

/** PyTorch's order of the gates in the weights: input, forget, cell, output. */
export const gateNames = ['i', 'f', 'g', 'o'] as const;

/**
 * One step forward: `c' = σ(f)·c + σ(i)·tanh(g)`, `h' = σ(o)·tanh(c')`. Each gate has a product of its own, because
 * the rows of one gate lie together in the weights, so the gates need not be split afterwards.
 * Feeds: `h`, `c` `[batch, hidden]`; for each gate k the input's part `xk` `[batch, hidden]` and `Wk`
 * `[hidden, hidden]`. Fetches: `newH`, `newC`; with `keep` also the gates `i f g o` and `tanhC` for the gradient.
 */
export function stepGraph(keep: boolean): Graph {
  const graph = new Graph(keep ? 'step' : 'inferenceStep');
  for (const name of ['h', 'c']) graph.input(name);
  for (const gate of gateNames) {
    graph.input(`x${gate}`);
    graph.input(`W${gate}`);
    const sum = graph.op('Gemm', ['h', `W${gate}`, `x${gate}`], { transB: int(1) });
    graph.op(gate === 'g' ? 'Tanh' : 'Sigmoid', [sum], {}, gate);
  }
  graph.op('Add', [graph.op('Mul', ['f', 'c']), graph.op('Mul', ['i', 'g'])], {}, 'newC');
  graph.op('Tanh', ['newC'], {}, 'tanhC');
  graph.op('Mul', ['o', 'tanhC'], {}, 'newH');
  for (const name of ['newH', 'newC', ...(keep ? [...gateNames, 'tanhC'] : [])]) graph.output(name);
  return graph;
}

/**
 * One step backward. Feeds: the whole gradients `dh`, `dc` of this step's h' and c'; what the forward step kept: `h`
 * (h' itself), `c` (the cell state before the step), `tanhC` and the gates; `dOutput`, which is added to the result;
 * the transposed weights `Wk`. Fetches: the gradients `dk` of the gates before their activation, and `newDh`, `newDc` for the
 * step before.
 *
 * With `y = dh·h'`: `do = y − y·o`, `dc' = dc + dh·o − y·tanh(c')`, and with `u = dc'·i`, `v = u·g`: `di = v − v·i`,
 * `dg = u − v·g`; likewise for f. These forms take the fewest element-wise passes.
 */
export function backwardStepGraph(): Graph {
  const graph = new Graph('backwardStep');
  for (const name of ['dh', 'dc', 'h', 'c', 'tanhC', 'dOutput', ...gateNames]) graph.input(name);
  for (const gate of gateNames) graph.input(`W${gate}`);
  const times = (a: string, b: string, name?: string): string => graph.op('Mul', [a, b], {}, name);
  const minus = (a: string, b: string, name?: string): string => graph.op('Sub', [a, b], {}, name);

  const y = times('dh', 'h');
  minus(y, times(y, 'o'), 'do');
  const dc = minus(graph.op('Add', ['dc', times('dh', 'o')]), times(y, 'tanhC'));
  const u = times(dc, 'i');
  const v = times(u, 'g');
  minus(v, times(v, 'i'), 'di');
  minus(u, times(v, 'g'), 'dg');
  const w = times(times(dc, 'f', 'newDc'), 'c');
  minus(w, times(w, 'f'), 'df');

  let sum = 'dOutput';
  for (const gate of gateNames) {
    sum = graph.op(
      'Gemm',
      [`d${gate}`, `W${gate}`, sum],
      { transB: int(1) },
      gate === 'o' ? 'newDh' : `sum_${gate}`,
    );
  }
  for (const name of ['newDh', 'newDc', ...gateNames.map((gate) => `d${gate}`)]) graph.output(name);
  return graph;
}
