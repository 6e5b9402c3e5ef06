import { type EngineChoice, useEngine as use } from '../../src/engine/engines';

/** The engines that every golden test runs on: the references in plain tfjs, and those with kernels of their own. */
export const engines = ['reference', 'onnx'] as const satisfies readonly EngineChoice[];

export async function useEngine(name: (typeof engines)[number]): Promise<void> {
  await use(name);
}
