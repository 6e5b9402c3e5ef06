import type { DashboardStatus, RunAction } from '../src/protocol/dashboard';

/** What can be done with a run in a state. */
export function actionsFor(status: DashboardStatus): readonly RunAction[] {
  switch (status) {
    case 'running':
      return ['pause', 'stop', 'discard'];
    case 'not-responding':
      return ['stop', 'discard'];
    case 'paused':
    case 'interrupted':
    case 'failed':
      return ['resume', 'discard'];
    case 'done':
    case 'cancelled':
      return [];
  }
}
