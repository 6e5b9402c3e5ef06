import { dirname, isAbsolute, relative, resolve, sep } from 'node:path';
import * as v from 'valibot';
import { UlmfitError } from '../errors';
import { trainClassifierOptions, type TrainClassifierInput } from './classifier';
import { trainEncoderOptions, type TrainEncoderInput } from './languageModel';
import { checkedName } from '../store/names';
import { lineOfJsonError } from './jsonErrorLine';
import { setting } from './setting';

export const taskFileName = 'ulmfit.json';

/** `ulmfit.json`: what to train, to be kept beside the data and run again. Its paths are relative to its folder. */
export interface Task {
  readonly languageModel?: TrainEncoderInput | undefined;
  readonly classifier?: TrainClassifierInput | undefined;
}

/** The settings of the two requests; the classifier may leave out the encoder that is trained before it. */
export const taskSchema = v.strictObject({
  $schema: v.optional(v.string()),
  languageModel: v.optional(
    v.pipe(trainEncoderOptions, v.description('Fine-tunes a language model on texts and keeps its encoder.')),
  ),
  classifier: v.optional(
    v.pipe(
      v.strictObject({
        ...trainClassifierOptions.entries,
        encoder: setting(
          v.optional(trainClassifierOptions.entries.encoder),
          'Encoder of the store to start from; that of languageModel if left out.',
        ),
      }),
      v.description('Trains a classifier on an encoder.'),
    ),
  ),
});

const remedy = 'Correct it; the editor offers the settings that there are, or save one after a wizard.';

/**
 * Reads a task.
 *
 * @param path where the text was read; relative paths in it become absolute
 * @throws UlmfitError `malformed-row` if it is not JSON, `bad-setting` naming the first field that is wrong
 */
export function parseTask(text: string, path: string): Task {
  const content = parseJson(text, path);
  if (Array.isArray(content)) throw badField(path, '', 'it must be an object, in braces');
  const checked = v.safeParse(taskSchema, content);
  if (!checked.success) {
    const [issue] = checked.issues;
    const field = v.getDotPath(issue);
    throw badField(path, field ?? '', issueText(issue));
  }
  const { languageModel, classifier } = checked.output;
  if (!languageModel && !classifier) {
    throw new UlmfitError(
      'bad-setting',
      `${path} says nothing to train.`,
      'Give it a "languageModel", a "classifier" or both.',
    );
  }
  const folder = dirname(path);
  for (const [field, part] of Object.entries({ languageModel, classifier })) {
    if (part) checkName(path, `${field}.name`, part.name);
  }
  if (classifier?.encoder !== undefined) checkName(path, 'classifier.encoder', classifier.encoder);
  return {
    ...(languageModel ? { languageModel: absolute(languageModel, folder) } : {}),
    ...(classifier
      ? {
          classifier: absolute(
            { ...classifier, encoder: encoderOf(path, classifier, languageModel) },
            folder,
          ),
        }
      : {}),
  };
}

/**
 * Writes a task for a file at `path`: paths below or beside its folder become relative, with `/` on every platform.
 *
 * @param schema the address of the JSON schema, if it is to be named
 */
export function formatTask({ languageModel, classifier }: Task, path: string, schema?: string): string {
  const folder = dirname(path);
  const content = {
    ...(schema === undefined ? {} : { $schema: schema }),
    ...(languageModel ? { languageModel: relativeTo(languageModel, folder) } : {}),
    ...(classifier ? { classifier: relativeTo(classifier, folder) } : {}),
  };
  return `${JSON.stringify(content, null, 2)}\n`;
}

interface WithPaths {
  readonly data: readonly string[];
  readonly valid?: string | undefined;
}

function absolute<Options extends WithPaths>(options: Options, folder: string): Options & { data: string[] } {
  return mapPaths(options, (path) => resolve(folder, path));
}

function relativeTo<Options extends WithPaths>(
  options: Options,
  folder: string,
): Options & { data: string[] } {
  return mapPaths(options, (path) => {
    const way = relative(folder, path);
    // Another drive, or so far away that the absolute path says more.
    if (isAbsolute(way) || way.startsWith(['..', '..', '..'].join(sep))) return path;
    return way === '' ? '.' : way.split(sep).join('/');
  });
}

function mapPaths<Options extends WithPaths>(
  options: Options,
  change: (path: string) => string,
): Options & { data: string[] } {
  const { valid } = options;
  return {
    ...options,
    data: options.data.map(change),
    ...(valid === undefined ? {} : { valid: change(valid) }),
  };
}

function encoderOf(
  path: string,
  { encoder }: { readonly encoder?: string | undefined },
  languageModel: { readonly name: string } | undefined,
): string {
  const name = encoder ?? languageModel?.name;
  if (name !== undefined) return name;
  throw badField(path, 'classifier.encoder', 'it is missing, and there is no languageModel to take');
}

function checkName(path: string, field: string, name: string): void {
  try {
    checkedName(name);
  } catch (error) {
    if (!(error instanceof UlmfitError)) throw error;
    throw badField(path, field, error.message.replace(/\.$/u, ''));
  }
}

function issueText({ type, message, input }: v.BaseIssue<unknown>): string {
  // valibot says `Expected never` of a key that a strict object does not know.
  if (type === 'strict_object' && input !== undefined && message.includes('never'))
    return 'there is no such setting';
  return message;
}

function badField(path: string, field: string, problem: string): UlmfitError {
  return new UlmfitError('bad-setting', `${path}: ${field === '' ? '' : `"${field}": `}${problem}.`, remedy);
}

function parseJson(text: string, path: string): unknown {
  try {
    // A byte order mark is what some editors on Windows put in front.
    return JSON.parse(text.replace(/^\uFEFF/u, '')) as unknown;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const line = lineOfJsonError(text);
    throw new UlmfitError(
      'malformed-row',
      `${path}${line === undefined ? '' : `:${line}`} is not JSON: ${reason}.`,
      remedy,
    );
  }
}
