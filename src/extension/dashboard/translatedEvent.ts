import type { RunEvent } from '../../protocol/events';
import { userText } from '../messages/userText';

/** An event with what the trainer says in it in the user's language. */
export function translatedEvent(event: RunEvent): RunEvent {
  switch (event.event) {
    case 'started':
      return {
        ...event,
        phases: event.phases.map((phase) => ({ ...phase, name: userText(phase.name) })),
        ...(event.engine_report ? { engine_report: translatedReport(event.engine_report) } : {}),
        ...(event.engines_refused ? { engines_refused: event.engines_refused.map(translatedReport) } : {}),
      };
    case 'phase':
      return { ...event, name: userText(event.name) };
    case 'warning':
      return {
        ...event,
        message: userText(event.message),
        ...(event.remedy === undefined ? {} : { remedy: userText(event.remedy) }),
      };
    case 'error':
      return { ...event, message: userText(event.message), remedy: userText(event.remedy) };
    case 'cancelled':
      return { ...event, ...(event.message === undefined ? {} : { message: userText(event.message) }) };
    case 'skipped_rows':
      return {
        ...event,
        issues: event.issues.map((issue) => ({ ...issue, reason: userText(issue.reason) })),
      };
    case 'progress':
    case 'epoch':
    case 'sample':
    case 'checkpoint':
    case 'validated_rows':
    case 'result':
    case 'paused':
      return event;
  }
}

type EngineReport = NonNullable<Extract<RunEvent, { event: 'started' }>['engine_report']>;

function translatedReport(report: EngineReport): EngineReport {
  const { notes, cause, remedy } = report;
  return {
    ...report,
    ...(notes === undefined ? {} : { notes: notes.map(userText) }),
    ...(cause === undefined ? {} : { cause: userText(cause) }),
    ...(remedy === undefined ? {} : { remedy: userText(remedy) }),
  };
}
