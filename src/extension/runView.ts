import type { RunEvent, RunEventOf } from '../protocol/events';
import type { RunStatus } from '../store/runs';

/** What is shown of a run: its events, summed up. */
export interface RunView {
  readonly id: string;
  readonly kind: 'encoder' | 'classifier';
  /** Of the encoder or model it makes. */
  readonly name: string;
  readonly createdAt: string;
  readonly status: RunStatus;
  /** Another process works on it, such as another window's: it can be watched, but not stopped, from here. */
  readonly isElsewhere?: boolean;
  readonly started?: RunEventOf<'started'>;
  readonly phase?: RunEventOf<'phase'>;
  readonly progress?: RunEventOf<'progress'>;
  /** Of a run in a list the last one alone. */
  readonly epochs: readonly RunEventOf<'epoch'>[];
  readonly result?: RunEventOf<'result'>;
  readonly error?: RunEventOf<'error'>;
  readonly cancelled?: RunEventOf<'cancelled'>;
}

/** The view after one more event. */
export function withEvent(view: RunView, event: RunEvent): RunView {
  switch (event.event) {
    case 'started': {
      const { id, kind, name, createdAt } = view;
      // A run that goes on has not ended, whatever was said before.
      const epochs = event.resumed_from === undefined ? [] : view.epochs;
      return { id, kind, name, createdAt, epochs, started: event, status: 'running' };
    }
    case 'phase':
      return { ...view, phase: event };
    case 'progress':
      return { ...view, progress: event };
    case 'epoch':
      return { ...view, epochs: [...view.epochs.filter(({ epoch }) => epoch !== event.epoch), event] };
    case 'result':
      return { ...view, result: event, status: 'done' };
    case 'error':
      return { ...view, error: event, status: 'failed' };
    case 'cancelled':
      return { ...view, cancelled: event, status: 'cancelled' };
    case 'paused':
      return { ...view, status: 'paused' };
    case 'sample':
    case 'checkpoint':
    case 'warning':
    case 'skipped_rows':
    case 'validated_rows':
      return view;
  }
}
