import * as v from 'valibot';
import { dashboardStringKeys } from './dashboardStrings';
import { runEvent } from './events';
import { count, name } from '../options/values';
import { label, message, text } from './fields';

/*
 * Messages between the extension and the dashboard page. Both sides check what arrives: the page may be any script that
 * got into the webview, and an old page may be restored by a newer extension.
 */

/** The most runs that can be shown at once: more cannot be told apart in a chart. */
export const mostChosenRuns = 12;

const chosenRuns = v.pipe(v.array(name), v.maxLength(mostChosenRuns));

const dashboardStatus = v.picklist([
  'running',
  'not-responding',
  'done',
  'failed',
  'cancelled',
  'paused',
  'interrupted',
]);
export type DashboardStatus = v.InferOutput<typeof dashboardStatus>;

const runItem = v.object({
  id: name,
  kind: v.picklist(['encoder', 'classifier']),
  /** The encoder or model it makes. */
  name: label,
  status: dashboardStatus,
  /** Another window or a command line works on it: it can only be watched. */
  elsewhere: v.optional(v.boolean()),
  /** ISO 8601 */
  createdAt: v.pipe(v.string(), v.maxLength(40)),
});
export type RunItem = v.InferOutput<typeof runItem>;

const runEvents = v.object({ run: name, events: v.array(runEvent) });
export type RunEvents = v.InferOutput<typeof runEvents>;

const init = v.object({
  type: v.literal('init'),
  /** BCP 47, for numbers and dates. */
  locale: v.pipe(v.string(), v.maxLength(40)),
  strings: v.record(v.picklist(dashboardStringKeys), message),
});

/** What changed since the last update. */
const update = v.object({
  type: v.literal('update'),
  /** All runs, the latest first. */
  runs: v.optional(v.array(runItem)),
  /** The runs that are shown. */
  chosen: v.optional(chosenRuns),
  /** The whole history of runs, in place of what the page has of them. */
  replays: v.array(runEvents),
  /** What happened since. */
  events: v.array(v.object({ run: name, event: runEvent })),
});
export type DashboardUpdate = v.InferOutput<typeof update>;

const toPage = v.variant('type', [init, update]);
export type MessageToPage = v.InferOutput<typeof toPage>;

export const runActions = ['pause', 'resume', 'stop', 'discard'] as const;
export type RunAction = (typeof runActions)[number];

export const startActions = ['sample', 'encoder', 'classifier'] as const;
export type StartAction = (typeof startActions)[number];

const fromPage = v.variant('type', [
  /** The page has loaded and knows nothing but what it was showing before. */
  v.object({ type: v.literal('ready'), chosen: chosenRuns }),
  v.object({ type: v.literal('choose'), chosen: chosenRuns }),
  v.object({ type: v.literal('act'), action: v.picklist(runActions), run: name }),
  v.object({ type: v.literal('start'), what: v.picklist(startActions) }),
  /** Shows the text of a row of `validated_rows` in its file; the page names its place alone, never a path. */
  v.object({ type: v.literal('open-row'), run: name, row: count }),
  /** Something on the page went wrong; for the log. */
  v.object({ type: v.literal('problem'), text }),
]);
export type MessageFromPage = v.InferOutput<typeof fromPage>;

/** What the page keeps over reloads, in VS Code's `setState`. */
const pageState = v.object({
  chosen: v.fallback(chosenRuns, []),
  /** The run whose details are shown. */
  focus: v.fallback(v.optional(name), undefined),
  /** Charts that are shown as tables. */
  tables: v.fallback(v.pipe(v.array(name), v.maxLength(20)), []),
});
export type PageState = v.InferOutput<typeof pageState>;

/** A message that the page received, or undefined if it is none. */
export function parseMessageToPage(value: unknown): MessageToPage | undefined {
  const checked = v.safeParse(toPage, value);
  return checked.success ? checked.output : undefined;
}

/** A message that the extension received, or undefined if it is none. */
export function parseMessageFromPage(value: unknown): MessageFromPage | undefined {
  const checked = v.safeParse(fromPage, value);
  return checked.success ? checked.output : undefined;
}

/** What was kept, with nothing in place of what does not fit. */
export function parsePageState(value: unknown): PageState {
  const checked = v.safeParse(pageState, value);
  return checked.success ? checked.output : { chosen: [], focus: undefined, tables: [] };
}
