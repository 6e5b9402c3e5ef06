import type { TrainerClient } from '../../src/extension/trainerClient';

/** A trainer that nothing is asked of, for what only lists runs. */
export const idleTrainer = {
  state: 'ready',
  onEvent: () => ({ dispose: () => undefined }),
  onStateChange: () => ({ dispose: () => undefined }),
} as Partial<TrainerClient> as TrainerClient;
