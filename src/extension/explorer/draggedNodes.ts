import { type ExplorerNode, isExplorerNode } from './nodes';

/**
 * Encoders that were dragged. Within a window the value arrives as it left; from another one it may come as JSON text.
 * Anything may be dropped, so what is not understood is nobody's encoder.
 */
export function draggedEncoders(value: unknown): ExplorerNode[] {
  const list = typeof value === 'string' ? parsed(value) : value;
  return Array.isArray(list) ? list.filter(isExplorerNode).filter(({ kind }) => kind === 'encoder') : [];
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
