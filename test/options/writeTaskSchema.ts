/** Writes the JSON schema of `ulmfit.json` from the table of settings. */
import { writeFileSync } from 'node:fs';
import { taskJsonSchema, taskSchemaFile } from './taskSchema';

writeFileSync(taskSchemaFile, taskJsonSchema());
