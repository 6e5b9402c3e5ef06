// Given to Node by `--require`: lets the file system of a trainer, in all its threads, fail or hang from the moment a
// file that the test makes is there. ULMFIT_TEST_DISK says in JSON: `switch`, that file; `part` of the paths meant;
// `code` of the error, or "hang".
/* global process, setInterval */
const fs = require('node:fs');
const promises = require('node:fs/promises');

const { switch: switchFile, part, code } = JSON.parse(process.env.ULMFIT_TEST_DISK);

const isMeant = (path) => typeof path === 'string' && path.includes(part) && fs.existsSync(switchFile);

function failing(path, syscall) {
  if (code === 'hang') return new Promise(() => setInterval(() => undefined, 1000).unref());
  const error = new Error(`${code}: injected, ${syscall} '${path}'`);
  return Promise.reject(Object.assign(error, { code, syscall, path, errno: -1 }));
}

for (const name of ['mkdir', 'rename', 'rm', 'writeFile', 'utimes', 'unlink']) {
  const real = promises[name];
  promises[name] = (path, ...others) =>
    isMeant(path) || (name === 'rename' && isMeant(others[0])) ? failing(path, name) : real(path, ...others);
}

const realOpen = promises.open;
promises.open = async (path, flags, ...others) => {
  if (flags !== 'r' && isMeant(path)) return failing(path, 'open');
  const handle = await realOpen(path, flags, ...others);
  for (const name of ['appendFile', 'write', 'writeFile', 'sync', 'truncate', 'close']) {
    const real = handle[name].bind(handle);
    if (flags !== 'r') handle[name] = (...values) => (isMeant(path) ? failing(path, name) : real(...values));
  }
  return handle;
};
