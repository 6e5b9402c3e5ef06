import assert from 'node:assert/strict';
import { join, resolve } from 'node:path';
import { test } from 'node:test';
import { enginesFolder } from './enginesFolder';

const home = () => resolve('/home/me');

test('engines lie in the folder that each platform has for a user’s data', () => {
  const name = 'ulmfit-engines';
  assert.equal(enginesFolder({}, 'linux', home), join(home(), '.local', 'share', name));
  assert.equal(
    enginesFolder({ XDG_DATA_HOME: resolve('/data') }, 'linux', home),
    join(resolve('/data'), name),
  );
  assert.equal(enginesFolder({}, 'darwin', home), join(home(), 'Library', 'Application Support', name));
  assert.equal(
    enginesFolder({ LOCALAPPDATA: resolve('/local') }, 'win32', home),
    join(resolve('/local'), name),
  );
  assert.equal(enginesFolder({}, 'win32', home), join(home(), 'AppData', 'Local', name));
  assert.equal(enginesFolder({ ULMFIT_ENGINES: 'own' }, 'linux', home), resolve('own'));
});

test('a relative XDG_DATA_HOME is not followed', () => {
  assert.equal(enginesFolder({ XDG_DATA_HOME: 'here' }, 'linux', home), enginesFolder({}, 'linux', home));
});

test('P21: without a home folder engines have no place, unless one is named', () => {
  const none = () => {
    throw new Error('ENOENT');
  };
  for (const homeless of [none, () => '']) {
    assert.throws(() => enginesFolder({}, 'linux', homeless), { code: 'bad-setting', name: 'UlmfitError' });
  }
  assert.equal(enginesFolder({ ULMFIT_ENGINES: '/own' }, 'linux', none), resolve('/own'));
});
