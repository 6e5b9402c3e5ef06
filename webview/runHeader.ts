import { runActions, type RunAction, type RunItem } from '../src/protocol/dashboard';
import type { DashboardStrings } from '../src/protocol/dashboardStrings';
import { button, type ButtonControl } from './controls';
import { dataFacts } from './dataFacts';
import { dataText, element, setText, type Child } from './dom';
import { EngineFacts } from './engineFacts';
import { clock, fill } from './formats';
import { actionsFor } from './runActions';
import { statusText } from './runList';
import type { RunModel } from './runModel';

/** How long a press is waited for before the button can be pressed again. */
const patienceMilliseconds = 10_000;

/** What a run is doing: name, state, buttons, progress, facts. */
export class RunHeader {
  readonly root: HTMLElement;
  readonly #name = element('h2', {});
  readonly #status = element('span', { class: 'status' });
  readonly #asked = element('span', { class: 'hint' });
  readonly #elsewhere: HTMLElement;
  readonly #buttons: ReadonlyMap<RunAction, ButtonControl>;
  readonly #bar = element('div', { class: 'bar-fill' });
  readonly #progress: HTMLElement;
  readonly #facts = element('dl', { class: 'facts' });
  readonly #engine: EngineFacts;
  readonly #notice = element('p', { class: 'notice', hidden: '' });
  #run: RunItem | undefined;
  #waiting: { run: string; status: string; timer: number } | undefined;

  constructor(
    private readonly strings: DashboardStrings,
    private readonly number: Intl.NumberFormat,
    time: (at: string) => string,
    onAction: (action: RunAction, run: string) => void,
  ) {
    this.#elsewhere = element('p', { class: 'notice', hidden: '' }, strings.elsewhere);
    this.#engine = new EngineFacts(strings, number, time);
    this.#buttons = new Map(
      runActions.map((action) => [
        action,
        button(
          strings[action],
          () => {
            const run = this.#run;
            if (!run) return;
            this.#wait(run, action);
            onAction(action, run.id);
          },
          { primary: action === 'resume' },
        ),
      ]),
    );
    this.#progress = element(
      'div',
      {
        class: 'bar',
        role: 'progressbar',
        'aria-label': strings.progress,
        'aria-valuemin': '0',
        'aria-valuemax': '100',
      },
      this.#bar,
    );
    this.root = element(
      'section',
      { class: 'run-header' },
      element(
        'div',
        { class: 'run-title' },
        this.#name,
        this.#status,
        element('div', { class: 'buttons' }, ...[...this.#buttons.values()].map(({ root }) => root)),
        this.#asked,
      ),
      this.#elsewhere,
      this.#progress,
      this.#facts,
      this.#engine.root,
      this.#notice,
    );
  }

  update(run: RunItem, name: string, model: RunModel | undefined): void {
    this.#run = run;
    this.#name.replaceChildren(dataText(name));
    setText(this.#status, statusText(run.status, this.strings));
    this.#status.className = `status ${run.status}`;
    this.#updateButtons(run);
    this.#elsewhere.hidden = run.elsewhere !== true;
    const share = model?.share;
    this.#progress.hidden = share === undefined;
    if (share !== undefined) {
      const percent = Math.floor(share * 100);
      this.#progress.setAttribute('aria-valuenow', String(percent));
      this.#bar.style.width = `${share * 100}%`;
    }
    this.#facts.replaceChildren(...(model ? this.#factsOf(run, model) : []));
    this.#engine.update(model?.started);
    this.#updateNotice(model);
  }

  #updateButtons(run: RunItem): void {
    const waiting = this.#waiting;
    if (waiting && (waiting.run !== run.id || waiting.status !== run.status)) this.#stopWaiting();
    const possible = actionsFor(run);
    for (const [action, { root, setEnabled }] of this.#buttons) {
      root.hidden = !possible.includes(action);
      setEnabled(this.#waiting === undefined);
    }
  }

  /** The trainer obeys at its next step; until then a second press would do nothing. */
  #wait(run: RunItem, action: RunAction): void {
    // Discarding is confirmed first, and may be thought better of.
    if (action === 'discard') return;
    const timer = window.setTimeout(() => {
      this.#stopWaiting();
    }, patienceMilliseconds);
    this.#waiting = { run: run.id, status: run.status, timer };
    const { pausing, stopping } = this.strings;
    setText(this.#asked, action === 'pause' ? pausing : action === 'stop' ? stopping : '');
    for (const { setEnabled } of this.#buttons.values()) setEnabled(false);
  }

  #stopWaiting(): void {
    window.clearTimeout(this.#waiting?.timer);
    this.#waiting = undefined;
    setText(this.#asked, '');
    for (const { setEnabled } of this.#buttons.values()) setEnabled(true);
  }

  #factsOf(run: RunItem, model: RunModel): HTMLElement[] {
    const { strings } = this;
    const { started, progress, result } = model;
    const plan = started?.phases ?? [];
    const facts: [string, Child][] = [];
    const goesOn = run.status === 'running' || run.status === 'not-responding';
    if (progress && run.status !== 'done') {
      const phase = plan[progress.phase - 1];
      if (phase) {
        const said = fill(strings.phaseOf, progress.phase, plan.length, phase.name);
        facts.push([strings.phase, dataText(said)]);
      }
      facts.push([strings.epoch, fill(strings.epochOf, progress.epoch, started?.epochs ?? 0)]);
      const doing = { prepare: strings.preparing, train: strings.training, valid: strings.validating };
      const batches = fill(
        strings.batchOf,
        this.number.format(progress.batch),
        this.number.format(progress.batches),
      );
      // How many batches validation has is not told.
      facts.push([
        strings.batch,
        progress.batches > 0 ? `${batches} (${doing[progress.part]})` : doing[progress.part],
      ]);
    } else if (started) {
      facts.push([strings.epochs, `${model.epochs.length} / ${started.epochs}`]);
    }
    if (goesOn && progress?.tokens_per_second !== undefined) {
      const rate = this.number.format(Math.round(progress.tokens_per_second));
      facts.push([strings.throughput, fill(strings.tokensPerSecond, rate)]);
    }
    if (goesOn && progress?.seconds_left !== undefined)
      facts.push([strings.timeLeft, clock(progress.seconds_left)]);
    if (result?.seconds !== undefined) facts.push([strings.timeTaken, clock(result.seconds)]);
    if (result?.best_epoch !== undefined) facts.push([strings.bestEpoch, String(result.best_epoch)]);
    if (started?.engine !== undefined) facts.push([strings.engine, started.engine]);
    const data = dataFacts(started?.data ?? {}, strings, this.number);
    if (data.length > 0) facts.push([strings.data, dataText(data.join(' · '))]);
    return facts.map(([what, value]) =>
      element('div', {}, element('dt', {}, what), element('dd', {}, value)),
    );
  }

  #updateNotice(model: RunModel | undefined): void {
    const { strings } = this;
    const isStopped = model?.result?.stopped === true;
    const unsaved = model?.cancelled?.message;
    this.#notice.hidden = !model?.error && !isStopped && unsaved === undefined;
    if (model?.error) {
      const { message, remedy } = model.error;
      this.#notice.className = 'notice error';
      this.#notice.replaceChildren(
        element('strong', {}, strings.failed),
        ' ',
        dataText(message),
        ' ',
        dataText(remedy),
      );
    } else if (isStopped || unsaved !== undefined) {
      this.#notice.className = 'notice';
      this.#notice.replaceChildren(isStopped ? strings.stopped : dataText(unsaved ?? ''));
    }
  }
}
