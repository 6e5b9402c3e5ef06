import type { EngineChoice } from '../../src/engine/engines';

/** What the machine's set-up of an engine has put into the environment (scripts/testWebgpu.mjs, testTensorFlow.mjs). */
const variables = [
  'ULMFIT_TENSORFLOW',
  'ULMFIT_WEBGPU',
  'VK_ICD_FILENAMES',
  'VK_DRIVER_FILES',
  'XDG_RUNTIME_DIR',
  'LD_LIBRARY_PATH',
];

/** The engine under test, and the environment that it needs. */
export function ofEngine(): { engine: EngineChoice; env: Record<string, string | undefined> } {
  const named = process.env['ULMFIT_TEST_ENGINE'] as EngineChoice | undefined;
  if (named === undefined) return { engine: 'onnx', env: {} };
  return { engine: named, env: Object.fromEntries(variables.map((name) => [name, process.env[name]])) };
}
