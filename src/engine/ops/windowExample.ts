import * as tf from '@tensorflow/tfjs-core';

/** Three steps of three rows with one feature; the second row's window leaves out the last step, the third's is empty. */
export const windowedOutput = () =>
  tf.tensor3d(
    [
      [[1], [-5], [9]],
      [[4], [-3], [9]],
      [[2], [99], [9]],
    ],
    [3, 3, 1],
  );

export const exampleWindow = () => ({
  start: tf.tensor1d([0, 0, 2], 'int32'),
  end: tf.tensor1d([3, 2, 2], 'int32'),
});
