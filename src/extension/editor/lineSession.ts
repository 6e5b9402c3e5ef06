import * as vscode from 'vscode';
import { maximumTextLength } from '../../protocol/limits';
import { showProgress } from '../messages/notifications';
import type { Classification } from '../api';
import { answerDecoration } from './answerDecoration';
import { mostProbable } from './answers';
import type { Classifier } from './classifier';
import { LineQueue, type AnswerCache } from './lineQueue';
import { linesAround } from './visibleLines';

/** Lines decorated above and below those shown. */
const margin = 40;
const mostDecorated = 400;
const keptClasses = 20;
const batch = { batchSize: 32, batchLength: 16_000 };
const scrollMilliseconds = 40;
const editMilliseconds = 400;
/** With fewer lines than this, progress in the status bar is enough. */
const fewLines = 200;

export type LineAnswers = AnswerCache<Classification>;

/** The lines of one document with their classes: those shown first, then all others. */
export class LineSession implements vscode.Disposable {
  readonly #queue: LineQueue<Classification>;
  #scrolled: NodeJS.Timeout | undefined;
  #edited: NodeJS.Timeout | undefined;
  /** While all lines are classified with progress, errors go to whoever asked for it. */
  #isClassifyingAll = false;
  #onAnswers: () => void = () => undefined;
  /** The user said that the lines not shown need not be classified. */
  #onlyShown = false;
  #disposed = false;

  constructor(
    readonly document: vscode.TextDocument,
    model: string,
    private readonly answers: LineAnswers,
    classifier: Classifier,
    private readonly type: vscode.TextEditorDecorationType,
    private readonly onError: (error: unknown) => void,
  ) {
    this.#queue = new LineQueue({
      ...batch,
      answers,
      ask: async (texts) => {
        const cut = texts.map((text) => text.slice(0, maximumTextLength));
        return (await classifier.classify(cut, model)).map((answer) => mostProbable(answer, keptClasses));
      },
      onAnswers: () => {
        this.draw();
        this.#onAnswers();
      },
    });
  }

  /** Classifies every line, with progress and a way to stop. @throws {UlmfitError} what the classifier throws */
  async classifyAll(): Promise<void> {
    this.draw();
    this.#addShown();
    this.#queue.add(this.#texts());
    const total = this.#queue.size;
    if (total === 0) return;
    const isLong = total > fewLines;
    const template = vscode.l10n.t('Classifying lines');
    await showProgress({ template, inStatusBar: !isLong, cancellable: isLong }, async (report, token) => {
      let reported = 0;
      this.#onAnswers = () => {
        // Lines written meanwhile come on top.
        const done = Math.max(reported, total - this.#queue.size);
        const increment = (100 * (done - reported)) / total;
        reported = done;
        report(increment, vscode.l10n.t('{0} of {1}', done, total));
      };
      const stopping = token.onCancellationRequested(() => {
        this.#onlyShown = true;
        this.#queue.cancel();
      });
      this.#isClassifyingAll = true;
      try {
        await this.#queue.run();
      } finally {
        this.#isClassifyingAll = false;
        this.#onAnswers = () => undefined;
        stopping.dispose();
      }
    });
    this.#work();
  }

  /** Other lines are shown: they get what is known at once, and the rest as soon as possible. */
  shownLinesChanged(): void {
    // Not put off by further scrolling, so that lines get their classes while they pass.
    this.#scrolled ??= setTimeout(() => {
      this.#scrolled = undefined;
      this.draw();
      this.#addShown();
      this.#work();
    }, scrollMilliseconds);
  }

  /** A line that was changed loses its class; it is asked again when no key was pressed for a moment. */
  textChanged(): void {
    this.draw();
    clearTimeout(this.#edited);
    this.#edited = setTimeout(() => {
      this.#addShown();
      if (!this.#onlyShown) this.#queue.add(this.#texts());
      this.#work();
    }, editMilliseconds);
  }

  draw(): void {
    if (this.#disposed) return;
    for (const editor of this.#editors()) {
      const decorations = this.#shownLines(editor).flatMap((index) => {
        const line = this.document.lineAt(index);
        const answer = this.answers.get(line.text);
        return answer ? [answerDecoration(line.range, answer)] : [];
      });
      editor.setDecorations(this.type, decorations);
    }
  }

  dispose(): void {
    this.#disposed = true;
    this.#queue.cancel();
    clearTimeout(this.#scrolled);
    clearTimeout(this.#edited);
    for (const editor of this.#editors()) editor.setDecorations(this.type, []);
  }

  #work(): void {
    if (this.#isClassifyingAll) return;
    this.#queue.run().catch((error: unknown) => {
      if (!this.#disposed) this.onError(error);
    });
  }

  #editors(): vscode.TextEditor[] {
    return vscode.window.visibleTextEditors.filter(({ document }) => document === this.document);
  }

  #shownLines({ visibleRanges }: vscode.TextEditor): number[] {
    const shown = visibleRanges.map(({ start, end }) => ({ first: start.line, last: end.line }));
    return linesAround(shown, this.document.lineCount, margin, mostDecorated);
  }

  #addShown(): void {
    const lines = this.#editors().flatMap((editor) => this.#shownLines(editor));
    this.#queue.addUrgent(lines.map((line) => this.document.lineAt(line).text).filter(isText));
  }

  *#texts(): Generator<string> {
    for (let index = 0; index < this.document.lineCount; index++) {
      const { text } = this.document.lineAt(index);
      if (isText(text)) yield text;
    }
  }
}

function isText(line: string): boolean {
  return line.trim() !== '';
}
