import * as v from 'valibot';

/**
 * A setting of a training, with the sentence that explains it wherever it can be given: as a flag, in `ulmfit.json`, in
 * VS Code. From its schema come its checks, its default, the flag's form and the JSON schema of the task file.
 *
 * @param text a whole sentence
 * @param value the flag's value as help shows it, where the schema does not tell
 */
export function setting<const Schema extends v.GenericSchema>(schema: Schema, text: string, value?: string) {
  return v.pipe(schema, v.description(text), v.metadata(value === undefined ? {} : { value }));
}

/** A setting as flags and forms see it. */
export interface SettingFacts {
  readonly text: string;
  readonly isRequired: boolean;
  readonly default: unknown;
  readonly kind: 'flag' | 'number' | 'numbers' | 'choice' | 'number-or-auto' | 'text' | 'texts';
  /** Of a choice. */
  readonly choices: readonly string[];
  readonly value: string | undefined;
}

/** What a schema's entry says, for whoever derives something from it. */
export function settingFacts(schema: v.GenericSchema): SettingFacts {
  const value = v.getMetadata(schema)['value'];
  const inner = withoutOptional(schema);
  return {
    text: v.getDescription(schema) ?? '',
    isRequired: inner === schema,
    default: defaultOf(schema),
    kind: kindOf(inner),
    choices: isPicklist(inner) ? inner.options : [],
    value: typeof value === 'string' ? value : undefined,
  };
}

function defaultOf(schema: v.GenericSchema): unknown {
  return 'default' in schema ? schema.default : undefined;
}

function kindOf(schema: v.GenericSchema): SettingFacts['kind'] {
  switch (schema.type) {
    case 'boolean':
      return 'flag';
    case 'number':
      return 'number';
    case 'picklist':
      return 'choice';
    case 'union':
      return 'number-or-auto';
    case 'array':
      return isArray(schema) && schema.item.type === 'number' ? 'numbers' : 'texts';
    default:
      return 'text';
  }
}

function withoutOptional(schema: v.GenericSchema): v.GenericSchema {
  return v.isOfType('optional', schema) && 'wrapped' in schema
    ? (schema as unknown as v.OptionalSchema<v.GenericSchema, undefined>).wrapped
    : schema;
}

function isPicklist(schema: v.GenericSchema): schema is v.PicklistSchema<readonly string[], undefined> {
  return schema.type === 'picklist';
}

function isArray(schema: v.GenericSchema): schema is v.ArraySchema<v.GenericSchema, undefined> {
  return schema.type === 'array';
}
