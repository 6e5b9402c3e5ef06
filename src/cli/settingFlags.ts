import { type Command, Option } from 'commander';
import type * as v from 'valibot';
import { type SettingFacts, settingFacts } from '../options/setting';
import { batchSize, collect, flagOf, number, numbers } from './options';

/** Gives a command a flag for each setting of a schema. */
export function addSettingFlags(command: Command, entries: Readonly<Record<string, v.GenericSchema>>): void {
  for (const [key, schema] of Object.entries(entries))
    command.addOption(settingFlag(key, settingFacts(schema)));
}

const values: Readonly<Record<SettingFacts['kind'], string>> = {
  flag: '',
  number: '<n>',
  numbers: '<n,…>',
  'number-or-auto': '<n>',
  choice: '<name>',
  text: '<text>',
  texts: '<text>',
};

function settingFlag(key: string, facts: SettingFacts): Option {
  const value = facts.value ?? values[facts.kind];
  const option = new Option(`${flagOf(key)} ${value}`.trim(), description(facts));
  option.makeOptionMandatory(facts.isRequired);
  switch (facts.kind) {
    case 'number':
      return option.argParser(number);
    case 'numbers':
      return option.argParser(numbers);
    case 'number-or-auto':
      return option.argParser(batchSize);
    case 'choice':
      return option.choices(facts.choices);
    case 'texts':
      // `<path...>` takes several at once; anything else is given several times.
      return option.variadic ? option : option.argParser(collect);
    case 'flag':
    case 'text':
      return option;
  }
}

function description({ text, default: value }: SettingFacts): string {
  if (value === undefined) return text;
  return `${text.replace(/\.$/u, '')} (default: ${typeof value === 'string' ? value : JSON.stringify(value)}).`;
}
