import { UlmfitError } from '../errors';
import type { LoadedEntry } from './entries';
import type { ModelManifest } from './manifest';
import type { NewMember } from './models';
import { checkedName, sameIgnoringCase } from './names';
import type { Store } from './store';

const mostMembers = 16;
const chooseOrReplace = 'Choose another name, or replace that one with --replace.';

/**
 * Saves a model that answers with the mean of the probabilities of others, such as a classifier that reads forwards and
 * one that reads backwards. It copies them, so they may be renamed or deleted afterwards. Of an ensemble among them the
 * members are taken.
 *
 * @param replace whether it may take the place of a model of its name
 * @returns the names of its members
 * @throws UlmfitError `bad-setting` for the wrong members, `already-exists`, `not-found`, `corrupt-file`, `save-failed`
 */
export async function saveEnsembleOf(
  store: Store,
  name: string,
  models: readonly string[],
  replace = false,
): Promise<string[]> {
  checkedName(name);
  const same = models.find((model, index) => models.indexOf(model) !== index);
  if (models.length < 2 || same !== undefined) {
    throw wrongMembers(
      same === undefined ? 'An ensemble needs at least two models.' : `"${same}" was named twice.`,
      'Name two different models, such as one that reads forwards and one that reads backwards.',
    );
  }
  if (models.some((model) => sameIgnoringCase(model, name))) {
    throw wrongMembers(`The ensemble cannot replace its own member "${name}".`, 'Give it another name.');
  }
  const taken = await store.models.takenName(name);
  if (taken !== undefined && !replace) throw store.models.exists(taken, chooseOrReplace);
  const loaded: LoadedEntry<ModelManifest>[] = [];
  for (const model of models) loaded.push(await store.models.load(model));
  const classes = commonClasses(loaded);
  const [first, ...others] = loaded.flatMap(membersOf);
  if (!first || others.length >= mostMembers) {
    throw wrongMembers(`An ensemble has at most ${mostMembers} members.`, 'Name fewer models.');
  }
  const facts = { classes, lineage: {}, metrics: {} };
  await store.models.saveEnsemble(name, facts, [first, ...others], replace ? 'anything' : 'nothing');
  return [first, ...others].map((member) => member.name);
}

function membersOf({ name, manifest, members, tensors, vocab }: LoadedEntry<ModelManifest>): NewMember[] {
  const { config, lineage, metrics, members: listed } = manifest;
  if (!listed) return [{ name, config, lineage, metrics, tensors, vocab }];
  return listed.flatMap((facts, index) => {
    const content = members?.[index];
    return content ? [{ ...facts, ...content }] : [];
  });
}

function commonClasses(models: readonly LoadedEntry<ModelManifest>[]): readonly string[] {
  const [first] = models;
  const classes = first?.manifest.classes ?? [];
  for (const { name, manifest } of models) {
    const theirs = manifest.classes;
    if (theirs.length === classes.length && theirs.every((label, i) => label === classes[i])) continue;
    throw wrongMembers(
      `"${first?.name ?? ''}" and "${name}" do not have the same classes: ${listed(classes)}; and ${listed(theirs)}.`,
      'Train both on the same labelled texts.',
    );
  }
  return classes;
}

function listed(classes: readonly string[]): string {
  return classes.slice(0, 5).join(', ') + (classes.length > 5 ? ', …' : '');
}

function wrongMembers(message: string, remedy: string): UlmfitError {
  return new UlmfitError('bad-setting', message, remedy);
}
