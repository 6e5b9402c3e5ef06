import type { RunView } from '../runView';
import type { Memory } from './followUps';

const key = 'ulmfit.resumeOffers';
const mostRemembered = 200;

/** Remembers which interruptions were spoken of, so that each is offered to be resumed once. */
export class ResumeOffers {
  constructor(private readonly memory: Memory) {}

  /** The run to offer, of those that were interrupted the latest that was not offered yet. */
  async next(runs: readonly RunView[]): Promise<RunView | undefined> {
    const offered = this.#offered();
    const fresh = runs.filter((run) => run.status === 'interrupted' && !offered.includes(interruption(run)));
    if (fresh.length === 0) return undefined;
    const remembered = [...fresh.map(interruption), ...offered].slice(0, mostRemembered);
    await this.memory.update(key, remembered);
    return fresh[0];
  }

  #offered(): string[] {
    const kept = this.memory.get(key);
    return Array.isArray(kept) ? kept.filter((each) => typeof each === 'string') : [];
  }
}

/** A run that is resumed and interrupted again is another interruption: it got further, or was begun again. */
function interruption({ id, started, progress }: RunView): string {
  return `${id}:${started?.time ?? ''}:${progress?.step ?? 0}`;
}

/**
 * Whether a crash is one too many: the process has now ended twice after the same step of the same run, so a third try
 * would end there too.
 */
export function isRepeatedCrash(previous: CrashSite | undefined, now: CrashSite): boolean {
  return previous?.run === now.run && previous.step === now.step;
}

export interface CrashSite {
  readonly run: string;
  readonly step: number;
}
