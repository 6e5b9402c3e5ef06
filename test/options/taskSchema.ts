import { join } from 'node:path';
import { toJsonSchema } from '@valibot/to-json-schema';
import { taskSchema } from '../../src/options/taskFile';

export const taskSchemaFile = join(import.meta.dirname, '..', '..', 'media', 'task.schema.json');

/** The JSON schema by which an editor completes and checks `ulmfit.json`. */
export function taskJsonSchema(): string {
  const schema = {
    ...toJsonSchema(taskSchema, {
      typeMode: 'input',
      // How a flag shows its value is nothing to a file.
      ignoreActions: ['finite', 'metadata'],
      overrideAction: ({ valibotAction, jsonSchema }) =>
        valibotAction.type === 'safe_integer' ? { ...jsonSchema, type: 'integer' } : undefined,
    }),
    title: 'ULMFiT task',
    description:
      'What to train: a language model, a classifier, or both, one after the other. Paths are relative to this file.',
    anyOf: [{ required: ['languageModel'] }, { required: ['classifier'] }],
  };
  return `${JSON.stringify(schema, undefined, 2)}\n`;
}
