import { existsSync } from 'node:fs';
import type { Connection } from '../../protocol/connection';
import { Tasks } from '../tasks';
import { installTensorFlow } from './tensorflow/install';
import { cudaWheels, processorWheels } from './tensorflow/wheels';
import { installWebgpu } from './webgpu/install';

/** Where Linux says which NVIDIA driver is loaded. */
const nvidiaDriver = '/proc/driver/nvidia/version';

/**
 * Answers the request to install TensorFlow or WebGPU. It needs no engine, and one that is asked for may be the one that is
 * missing; so it is answered where nothing computes.
 * @param parts the folder of what our own package brings
 * @returns the installations that go on
 */
export function answerInstall(host: Connection, parts: string): Tasks {
  const tasks = new Tasks((task, done, total, stage) => {
    host.notify('task-progress', { task, done, total, ...(stage === undefined ? {} : { stage }) });
  });
  host.onRequest('install-engine', ({ task: name, engine, cuda = existsSync(nvidiaDriver), from }) =>
    tasks.run(name, async (task) => {
      if (engine === 'webgpu') return { ...(await installWebgpu({ from }, task)), cuda: false };
      const wheels = cuda ? cudaWheels : processorWheels;
      return { ...(await installTensorFlow({ parts, wheels, from }, task)), cuda };
    }),
  );
  return tasks;
}
