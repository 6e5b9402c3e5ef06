import { join } from 'node:path';
import * as v from 'valibot';
import { checkedClassifier, checkedLanguageModel } from '../../model/checkedContent';
import type { RequestResult } from '../../protocol/requests';
import { manifestName } from '../../store/atomicSave';
import { readJson } from '../../store/json';
import type { Store } from '../../store/store';
import type { Sized } from './watchedStore';

type Imported = RequestResult<'import-model'>;

/**
 * Takes over a folder that an export made: as it is, under another name.
 * @param into gives the store to save in, for that much
 * @throws {UlmfitError} `already-exists`, `corrupt-file`, `unsupported-format`, `save-failed`
 */
export async function importExport(
  store: Store,
  folder: string,
  name: string,
  into: (contents: readonly Sized[]) => Store,
): Promise<Imported> {
  const { kind } = await readJson(join(folder, manifestName), v.object({ kind: v.string() }), 16 * 2 ** 20);
  const common = { name, format: 'files of this program', warnings: [] };
  if (kind !== 'model') {
    await store.encoders.checkedNewName(name);
    const { manifest, ...content } = await store.encoders.loadFrom(folder);
    const { config, lineage, metrics } = manifest;
    checkedLanguageModel(content, config);
    await into([content]).encoders.save(name, { config, lineage, metrics }, content);
    return { kind: 'encoder', ...common, words: content.vocab.length };
  }
  await store.models.checkedNewName(name);
  const { manifest, members = [], ...content } = await store.models.loadFrom(folder);
  const { config, lineage, metrics, classes } = manifest;
  const [first, ...others] = (manifest.members ?? []).flatMap((facts, index) => {
    const member = members[index];
    return member ? [{ ...facts, tensors: member.tensors, vocab: member.vocab }] : [];
  });
  if (first) {
    for (const member of [first, ...others]) checkedClassifier(member, member.config, classes.length);
    const facts = { lineage, metrics, classes };
    await into(members).models.saveEnsemble(name, facts, [first, ...others]);
  } else {
    checkedClassifier(content, config, classes.length);
    await into([content]).models.save(name, { config, lineage, metrics, classes }, content);
  }
  return { kind: 'model', ...common, words: content.vocab.length, classes };
}
