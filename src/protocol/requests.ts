import * as v from 'valibot';
import { engineReport } from './engineReport';
import { runEvent } from './events';
import { amount, count, name, path, paths, positive, someEpochs } from '../options/values';
import { classificationReport, label, labels, measured, message, metrics, rowIssues, text } from './fields';
import { maximumBatch } from './limits';
import { exportFormats } from '../options/export';
import { processOptions } from '../options/process';
import { trainClassifierOptions } from '../options/classifier';
import { trainEncoderOptions } from '../options/languageModel';

const texts = v.pipe(v.array(text), v.maxLength(maximumBatch));
const columns = v.optional(v.pipe(v.array(name), v.minLength(1), v.maxLength(1000)));
/** A run was begun; what becomes of it comes as `event` notifications, the last of which ends it. */
const accepted = v.object({ run: name });
const nothing = v.object({});
/** Whether what has the name of the result, and was not made by the same run, may be replaced. */
const replace = v.optional(v.boolean(), false);
/** Probabilities of each class, in the order of `classes`. */
const probabilities = v.pipe(v.array(measured), v.maxLength(100_000));
const prediction = v.object({ label, probabilities });
/**
 * What the host calls a request that takes its time: its progress comes as `task-progress` under this name, and
 * `cancel-task` with this name makes it fail with `cancelled`.
 */
const task = v.optional(name);
/** What a file has: as in the data, so of any length. */
const cell = v.string();

const learningRateCurve = v.object({
  lrs: v.array(v.number()),
  /** Smoothed, one for each rate. */
  losses: v.array(measured),
  /** Where the loss falls fastest; absent for too short a curve. */
  suggestion: v.optional(v.number()),
  /** A tenth of the rate with the lowest loss. */
  minimumOverTen: v.optional(v.number()),
});

/** What the host asks of the trainer: parameters and results by method. */
export const requests = {
  /** The first message. The trainer refuses another protocol version. */
  hello: {
    params: v.object({ protocolVersion: v.number(), ...processOptions }),
    result: v.object({ protocolVersion: v.number(), pid: positive, version: name }),
  },
  'train-encoder': { params: trainEncoderOptions, result: accepted },
  'train-classifier': { params: trainClassifierOptions, result: accepted },
  resume: { params: v.object({ run: name, replace }), result: accepted },
  /** Trains further epochs with the settings of a run that is done. */
  extend: { params: v.object({ run: name, epochs: someEpochs, replace }), result: accepted },
  /**
   * Answered at once; *stop* keeps the best so far and ends with `result`, or with `cancelled` where no epoch was
   * validated yet and so nothing is saved; *discard* ends with `cancelled`.
   */
  cancel: { params: v.object({ run: name, mode: v.picklist(['stop', 'discard']) }), result: nothing },
  /** Answered at once; ends with `paused` after a checkpoint. */
  pause: { params: v.object({ run: name }), result: nothing },
  generate: {
    params: v.object({
      task,
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
    params: v.object({ task, model: name, texts }),
    result: v.object({ classes: labels, predictions: v.array(prediction) }),
  },
  /** Why a text gets its class, or `label`: fastai's intrinsic attention. */
  explain: {
    params: v.object({ model: name, text, label: v.optional(label) }),
    result: v.object({
      /** The class that is explained. */
      label,
      classes: labels,
      /** In the order of `classes`. */
      probabilities,
      /** The tokens that the model pools, its markers among them. */
      tokens: v.array(cell),
      /** One for each token; the largest is 1. */
      weights: v.array(measured),
    }),
  },
  /** Adds the columns of the prediction to a file of any size; rows keep their order. Of a .txt file each line is one. */
  'classify-file': {
    params: v.object({ task, model: name, file: path, text: columns, out: path }),
    result: v.object({ out: path, rows: count, issues: rowIssues }),
  },
  evaluate: {
    params: v.object({ task, model: name, data: paths, text: columns, label: v.optional(name) }),
    result: v.object({ model: name, rows: count, metrics, issues: rowIssues, ...classificationReport }),
  },
  tokenize: {
    params: v.object({ texts }),
    result: v.object({ tokens: v.array(v.array(v.string())) }),
  },
  /** Looks into a file or a folder before it is trained on. */
  preview: {
    params: v.object({ path, delimiter: v.optional(name), encoding: v.optional(name) }),
    result: v.object({
      /** None for a folder or a single text. */
      columns: v.array(cell),
      /** The first rows, long cells cut. */
      rows: v.array(v.array(cell)),
      /** All rows. */
      size: count,
      /** The columns that would be taken, and why. */
      textColumns: v.array(cell),
      textReason: message,
      labelColumn: v.optional(cell),
      labelReason: message,
      /** The most frequent labels; absent where there are none. */
      classes: v.optional(v.array(v.object({ label, count }))),
      /** Rows that cannot be used. */
      issues: count,
    }),
  },
  /** Tries ever higher learning rates on the model that `train-encoder` would train. */
  'find-lr': {
    params: v.strictObject({ task, ...trainEncoderOptions.entries, name: v.optional(name) }),
    result: learningRateCurve,
  },
  /** The same on the head of the classifier that `train-classifier` would train. */
  'find-classifier-lr': {
    params: v.strictObject({ task, ...trainClassifierOptions.entries, name: v.optional(name) }),
    result: learningRateCurve,
  },
  /**
   * Brings a pretrained model into the store, once; nothing happens if it is there. Goes on where an earlier download
   * stopped. The only request that uses the network.
   */
  'download-pretrained': {
    params: v.object({
      task,
      /** `wt103-fwd` or `wt103-bwd`. */
      name,
      /** The folder of a mirror, instead of fastai's own. */
      url: v.optional(path),
    }),
    result: v.object({ name, words: count }),
  },
  /** Reads a model that fastai or an export of ours has written, and keeps it under a name that is free. */
  'import-model': {
    params: v.object({
      task,
      path,
      name,
      /** The file with its words, where that is not beside it. */
      vocab: v.optional(path),
      /** The classes of a classifier, in the order of its outputs, where the file does not name them. */
      classes: v.optional(labels),
    }),
    result: v.object({
      kind: v.picklist(['encoder', 'model']),
      name,
      /** What was read, for people. */
      format: message,
      words: count,
      classes: v.optional(labels),
      warnings: v.array(message),
    }),
  },
  /** Writes an encoder or a model for use elsewhere, into a folder that is new or empty. */
  'export-model': {
    params: v.object({
      task,
      kind: v.picklist(['encoder', 'model']),
      name,
      format: v.picklist(exportFormats),
      /** Of an ONNX file: the large matrices with eight bits a number. */
      int8: v.optional(v.boolean(), false),
      out: path,
    }),
    result: v.object({ files: paths }),
  },
  /** Makes a model that answers with the mean of others' probabilities; it has copies of them. */
  'make-ensemble': {
    params: v.object({ name, models: v.pipe(v.array(name), v.minLength(2), v.maxLength(16)), replace }),
    /** Of the models it averages: of an ensemble among those given, its members. */
    result: v.object({ name, members: v.array(name) }),
  },
  /** Installs an engine that is not part of the package in a folder of this user's, once; later trainers find it there. */
  'install-engine': {
    params: v.object({
      task,
      engine: v.picklist(['tensorflow', 'webgpu']),
      /** TensorFlow with CUDA's libraries; where it is left out, if the machine has an NVIDIA driver. */
      cuda: v.optional(v.boolean()),
      /** An address or a folder that has the files of its packages. Without it pip or npm fetches them. */
      from: v.optional(path),
    }),
    result: v.object({ folder: path, bytes: count, cuda: v.boolean() }),
  },
  /** Answered at once; the request of that name, if it still goes on, then fails with `cancelled`. */
  'cancel-task': { params: v.object({ task: name }), result: nothing },
  doctor: {
    params: nothing,
    result: v.object({
      checks: v.array(v.object({ name, ok: v.boolean(), detail: message, remedy: v.optional(message) })),
      /** One for each engine that was asked about. */
      engines: v.optional(v.array(engineReport)),
    }),
  },
  /** Answered, then the trainer ends, after a checkpoint of what runs. */
  shutdown: { params: nothing, result: nothing },
} as const;

/** Requests that are answered at once, whatever the trainer computes. */
export const acknowledged: ReadonlySet<RequestMethod> = new Set(['cancel', 'pause', 'cancel-task']);

/** What the trainer tells without being asked. */
export const notifications = {
  event: v.object({ run: name, event: runEvent }),
  heartbeat: v.object({
    run: v.optional(name),
    /** How long what computes has given no sign: a step, or one file being read, cannot be interrupted. */
    quietSeconds: v.optional(amount),
    /** That is so much longer than ever before that no step can be the reason. */
    isStuck: v.optional(v.boolean()),
  }),
  /** How far a request with a `task` is, in whatever it counts, and what it does where that is several things. */
  'task-progress': v.object({ task: name, done: count, total: count, stage: v.optional(name) }),
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
