/** The JSON objects that a command printed, one a line. */
export const objects = (text: string) =>
  text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);

/** The arguments of a training. */
export const train = (name: string, ...more: string[]) => [
  'train-encoder',
  '--name',
  name,
  '--data',
  'a.csv',
  ...more,
];
