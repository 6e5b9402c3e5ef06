import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { leftInStore, placeOf, storeVariable } from '../../engine/installation/enginePlace';
import { folderVariable as tensorflow } from '../../engine/tensorflow/folder';
import { folderVariable as webgpu } from '../../engine/webgpu/folder';
import type { Connection } from '../../protocol/connection';
import type { ReceivedParams } from '../../protocol/requests';

const variables = { tensorflow, webgpu } as const;

/**
 * Tells this process, and those that it starts, which store is in use, so that none of them loads a program out of it.
 * Says where an older version would have loaded an engine of the store.
 */
export function nameStore(
  { store, engine: wanted }: Pick<ReceivedParams<'hello'>, 'store' | 'engine'>,
  host: Pick<Connection, 'notify'>,
): void {
  process.env[storeVariable] = resolve(store);
  for (const engine of ['tensorflow', 'webgpu'] as const) {
    const folder = leftInStore(engine, store);
    const place = placeOf(engine, variables[engine]);
    const isHere = place !== undefined && existsSync(place.folder);
    if (folder === undefined || isHere || (wanted !== 'auto' && wanted !== engine)) continue;
    host.notify('log', {
      level: 'warning',
      message:
        `${folder} is not loaded: a store holds data, never programs. ` +
        `Install the engine again with "ulmfit doctor --install ${engine}", and delete that folder.`,
    });
  }
}
