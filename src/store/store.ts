import { homedir } from 'node:os';
import { join, posix, resolve, win32 } from 'node:path';
import { Encoders } from './encoders';
import type { FileSystem } from './fileSystem';
import { homeFolder } from './homeFolder';
import { Models } from './models';
import { Runs } from './runs';
import { sweepAbandoned } from './unfinishedSaves';

/** Everything that is kept between sessions: encoders, models and runs under one folder. */
export class Store {
  readonly root: string;
  readonly encoders: Encoders;
  readonly models: Models;
  readonly runs: Runs;

  /** @param root the store's folder; it is created when something is first saved */
  constructor(root: string, fileSystem?: FileSystem) {
    this.root = resolve(root);
    this.encoders = new Encoders(this.root, fileSystem);
    this.models = new Models(this.root, fileSystem);
    this.runs = new Runs(this.root, fileSystem);
  }

  /** Deletes what killed processes left half saved, and no other process is saving. */
  async sweep(): Promise<void> {
    await sweepAbandoned([this.encoders.folder, this.models.folder, this.runs.folder]);
  }

  /**
   * `ULMFIT_STORE` if set, else the platform's folder for a user's application data.
   * @throws as {@link homeFolder}, where neither the environment names a folder
   */
  static defaultRoot(
    env: Readonly<Record<string, string | undefined>>,
    platform: NodeJS.Platform = process.platform,
    home: () => string = homedir,
  ): string {
    const chosen = env['ULMFIT_STORE'];
    if (chosen) return resolve(chosen);
    const given = platform === 'win32' ? env['LOCALAPPDATA'] : env['XDG_DATA_HOME'];
    // A path that depends on where a command is called is none of these.
    const paths = platform === 'win32' ? win32 : posix;
    if (platform !== 'darwin' && given && paths.isAbsolute(given)) return join(given, 'ulmfit');
    const folder = homeFolder(home);
    if (platform === 'win32') return join(folder, 'AppData', 'Local', 'ulmfit');
    if (platform === 'darwin') return join(folder, 'Library', 'Application Support', 'ulmfit');
    return join(folder, '.local', 'share', 'ulmfit');
  }
}
