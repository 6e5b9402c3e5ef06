import * as v from 'valibot';

/** What was installed: beside the files, and written last. */
export const recordName = 'installation.json';
export const recordBytes = 1_000_000;

const sha256 = v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/u, 'not a sha256'));
const bytes = v.pipe(v.number(), v.safeInteger(), v.minValue(0));

export const installationRecord = v.object({
  formatVersion: v.literal(1),
  engine: v.string(),
  installedAt: v.string(),
  /** By path below the folder, with `/` between its parts. */
  files: v.record(v.string(), v.object({ sha256, bytes })),
});
export type InstallationRecord = v.InferOutput<typeof installationRecord>;
