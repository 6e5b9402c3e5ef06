// `npm run test:faults`: builds, and tries the faults that docs/promises.md tells of on what was built.
import { join } from 'node:path';
import { installIfMissing, root, run } from './install.mjs';

installIfMissing();
run(process.execPath, [join(root, 'scripts', 'build.mjs'), '--no-types']);
run(process.execPath, ['--import', 'tsx', join(root, 'test', 'faults', 'main.ts'), ...process.argv.slice(2)]);
