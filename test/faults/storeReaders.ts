/** Everything that is read of a store, each as a value that can be compared with what it was before. */
import { isDeepStrictEqual } from 'node:util';
import * as v from 'valibot';
import { trainClassifierOptions } from '../../src/options/classifier';
import { trainEncoderOptions } from '../../src/options/languageModel';
import { parseRunEvent } from '../../src/protocol/events';
import { readInputs } from '../../src/store/runInputs';
import type { Store } from '../../src/store/store';
import { beginningOf } from '../../src/trainer/engines/engineOfRun';
import { readRunState } from '../../src/trainer/runState';

export interface Reader {
  readonly name: string;
  /** Whether it reads this file, given by its path in the store. */
  readonly reads: (path: string) => boolean;
  /** @throws UlmfitError where it refuses the file */
  readonly read: () => Promise<unknown>;
  /** Whether another value will do: something damaged was left out, and the rest is as it was. */
  readonly isSkipped: (value: unknown, before: unknown) => boolean;
}

const never = () => false;

export async function readersOf(store: Store): Promise<Reader[]> {
  const readers: Reader[] = [];
  for (const kind of ['encoders', 'models'] as const) {
    for (const name of await store[kind].names()) {
      const reads = (path: string) => path.startsWith(`${kind}/${name}/`);
      readers.push({ name: `${kind}/${name}`, reads, read: () => store[kind].load(name), isSkipped: never });
      const manifest = (path: string) => path === `${kind}/${name}/manifest.json`;
      const show = async () => (await store[kind].show(name)).manifest;
      readers.push({
        name: `the manifest of ${kind}/${name}`,
        reads: manifest,
        read: show,
        isSkipped: never,
      });
    }
  }
  for (const id of await store.runs.ids()) readers.push(...(await readersOfRun(store, id)));
  return readers;
}

async function readersOfRun(store: Store, id: string): Promise<Reader[]> {
  const below = (part: string) => (path: string) => path.startsWith(`runs/${id}/${part}`);
  const checkpoints = await store.runs.checkpoints(id);
  const states: unknown[] = [];
  const stateOf = async (step: number) => {
    const { tensors, state, folder } = await checkpoints.load(step);
    return { step, tensors, state: readRunState(state, folder) };
  };
  const steps = await checkpoints.steps();
  for (const step of steps) states.push(await stateOf(step));
  const eventsOf = async () => (await store.runs.events(id)).events.map(parseRunEvent);
  const told = await eventsOf();
  return [
    {
      name: `run.json of ${id}`,
      reads: below('run.json'),
      read: async () => {
        const file = await store.runs.read(id);
        const schema = file.kind === 'encoder' ? trainEncoderOptions : trainClassifierOptions;
        // What a resumed run makes of them.
        const options = v.safeParse(schema, file.options);
        return { ...file, options: options.success ? options.output : 'refused' };
      },
      isSkipped: (value) => (value as { options: unknown }).options === 'refused',
    },
    {
      name: `events of ${id}`,
      reads: below('events.ndjson'),
      read: eventsOf,
      // Lines that are damaged are left out; the others are as they were, in their order.
      isSkipped: (value) => isPartOf(value as unknown[], told),
    },
    {
      name: `what ${id} stands on`,
      reads: below('inputs.json'),
      read: () => readInputs(store.runs.folderOf(id)),
      isSkipped: never,
    },
    {
      name: `the beginning of ${id}`,
      reads: below('events.ndjson'),
      read: async () => {
        const { engine, batches } = await beginningOf(store, id);
        return { engine, batches };
      },
      isSkipped: (value) => isDeepStrictEqual(value, { engine: undefined, batches: undefined }),
    },
    ...steps.map((step): Reader => ({
      name: `checkpoint ${step} of ${id}`,
      reads: below(`checkpoints/step-${String(step).padStart(6, '0')}`),
      read: () => stateOf(step),
      isSkipped: never,
    })),
    {
      name: `the last valid checkpoint of ${id}`,
      reads: below('checkpoints/'),
      read: async () => {
        const { checkpoint } = await checkpoints.latestValid();
        if (!checkpoint) return undefined;
        const { step, tensors, state, folder } = checkpoint;
        return { step, tensors, state: readRunState(state, folder) };
      },
      // The only one there is has none before it: the run then begins anew.
      isSkipped: (value) =>
        value === undefined ? states.length === 1 : states.some((state) => isDeepStrictEqual(value, state)),
    },
  ];
}

/** Whether `part` is `whole` with some of its values left out or not understood. */
function isPartOf(part: readonly unknown[], whole: readonly unknown[]): boolean {
  let at = 0;
  return part.every((value) => {
    if (value === undefined) return true;
    while (at < whole.length && !isDeepStrictEqual(value, whole[at])) at++;
    return at++ < whole.length;
  });
}
