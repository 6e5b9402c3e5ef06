import * as v from 'valibot';
import { runEvent } from './events';
import {
  amount,
  classificationReport,
  count,
  label,
  labels,
  measured,
  message,
  metrics,
  name,
  path,
  paths,
  positive,
  rowIssues,
  text,
} from './fields';
import { maximumBatch } from './limits';
import { processOptions, trainClassifierOptions, trainEncoderOptions } from './options';

const texts = v.pipe(v.array(text), v.maxLength(maximumBatch));
const columns = v.optional(v.pipe(v.array(name), v.minLength(1), v.maxLength(1000)));
/** A run was begun; what becomes of it comes as `event` notifications, the last of which ends it. */
const accepted = v.object({ run: name });
const nothing = v.object({});
/** Probabilities of each class, in the order of `classes`. */
const prediction = v.object({ label, probabilities: v.pipe(v.array(measured), v.maxLength(100_000)) });

/** What the host asks of the trainer: parameters and results by method. */
export const requests = {
  /** The first message. The trainer refuses another protocol version. */
  hello: {
    params: v.object({ protocolVersion: v.number(), ...processOptions }),
    result: v.object({ protocolVersion: v.number(), pid: positive, version: name }),
  },
  'train-encoder': { params: trainEncoderOptions, result: accepted },
  'train-classifier': { params: trainClassifierOptions, result: accepted },
  resume: { params: v.object({ run: name }), result: accepted },
  /** Trains further epochs with the settings of a run that is done. */
  extend: { params: v.object({ run: name, epochs: positive }), result: accepted },
  /** Answered at once; *stop* keeps the best so far and ends with `result`, *discard* ends with `cancelled`. */
  cancel: { params: v.object({ run: name, mode: v.picklist(['stop', 'discard']) }), result: nothing },
  /** Answered at once; ends with `paused` after a checkpoint. */
  pause: { params: v.object({ run: name }), result: nothing },
  generate: {
    params: v.object({
      encoder: name,
      text,
      words: v.optional(v.pipe(positive, v.maxValue(100_000)), 10),
      temperature: v.optional(v.pipe(v.number(), v.finite(), v.gtValue(0)), 1),
      seed: v.optional(count),
    }),
    /** The prompt as given, with what follows it. */
    result: v.object({ text }),
  },
  classify: {
    params: v.object({ model: name, texts }),
    result: v.object({ classes: labels, predictions: v.array(prediction) }),
  },
  /** Adds the columns of the prediction to a file of any size; rows keep their order. */
  'classify-file': {
    params: v.object({ model: name, file: path, text: columns, out: path }),
    result: v.object({ out: path, rows: count, issues: rowIssues }),
  },
  evaluate: {
    params: v.object({ model: name, data: paths, text: columns, label: v.optional(name) }),
    result: v.object({ model: name, rows: count, metrics, issues: rowIssues, ...classificationReport }),
  },
  tokenize: {
    params: v.object({ texts }),
    result: v.object({ tokens: v.array(v.array(v.string())) }),
  },
  doctor: {
    params: nothing,
    result: v.object({
      checks: v.array(v.object({ name, ok: v.boolean(), detail: message, remedy: v.optional(message) })),
    }),
  },
  /** Answered, then the trainer ends, after a checkpoint of what runs. */
  shutdown: { params: nothing, result: nothing },
} as const;

/** What the trainer tells without being asked. */
export const notifications = {
  event: v.object({ run: name, event: runEvent }),
  heartbeat: v.object({
    run: v.optional(name),
    /** How long a step keeps it from giving a sign of life; a host waits twice that before it worries. */
    quietSeconds: v.optional(amount),
  }),
  log: v.object({ level: v.picklist(['debug', 'info', 'warning', 'error']), message }),
} as const;

export type RequestMethod = keyof typeof requests;
/** Parameters as they are sent: what has a default may be left out. */
export type RequestParams<M extends RequestMethod> = v.InferInput<(typeof requests)[M]['params']>;
/** Parameters as they are received, defaults filled in. */
export type ReceivedParams<M extends RequestMethod> = v.InferOutput<(typeof requests)[M]['params']>;
export type RequestResult<M extends RequestMethod> = v.InferOutput<(typeof requests)[M]['result']>;
export type NotificationMethod = keyof typeof notifications;
export type NotificationParams<M extends NotificationMethod> = v.InferOutput<(typeof notifications)[M]>;
/** Parameters as they are sent. */
export type NotificationInput<M extends NotificationMethod> = v.InferInput<(typeof notifications)[M]>;

export function isRequestMethod(method: string): method is RequestMethod {
  return Object.hasOwn(requests, method);
}

export function isNotificationMethod(method: string): method is NotificationMethod {
  return Object.hasOwn(notifications, method);
}
