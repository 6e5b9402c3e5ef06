import { UlmfitError } from '../../errors';
import { nativeView } from '../nativeEnvironment';

const variable = 'ORT_DISABLE_TELEMETRY';
const off = '1';

/**
 * ONNX Runtime brings its vendor's telemetry along, which writes into the user's cache folder and asks for the vendor's
 * server as soon as the library is set up. This switches it off for the whole process, whatever the user's own setting
 * is (P16). Native code reads the real environment, so it is looked whether it was reached.
 * @throws {UlmfitError} `engine-unavailable` where the telemetry is on, or cannot be switched off from this thread
 */
export function switchOffTelemetry(): void {
  const before = nativeView();
  if (before?.environment[variable] === off) return;
  if (before?.libraries.some((path) => /onnxruntime[^/\\]*$/u.test(path))) {
    throw new UlmfitError(
      'engine-unavailable',
      'Another part of this program has loaded ONNX Runtime with its telemetry on, which would tell of what is done here.',
      `Let the environment variable ${variable} be ${off} before anything loads ONNX Runtime.`,
    );
  }
  process.env[variable] = off;
  if (before === undefined || nativeView()?.environment[variable] === off) return;
  throw new UlmfitError(
    'engine-unavailable',
    'The telemetry of ONNX Runtime cannot be switched off from here: this thread has an environment of its own, which native code does not see.',
    `Start the Worker with "env: SHARE_ENV", or let the environment variable ${variable} be ${off} when the program starts.`,
  );
}
