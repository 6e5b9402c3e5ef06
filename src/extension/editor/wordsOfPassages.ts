import * as vscode from 'vscode';
import { showInStatusBar } from '../messages/notifications';
import type { Classifier } from './classifier';
import type { Passages } from './passages';
import { wordWeights } from './wordWeights';

/** Asks why the passages of the shown documents have their classes, one after the other, and colours their words. */
export class WordsOfPassages implements vscode.Disposable {
  #shown: boolean;
  #isWorking = false;
  readonly #subscription: vscode.Disposable;

  constructor(
    private readonly classifier: Classifier,
    private readonly passages: Passages,
    private readonly onError: (error: unknown) => void,
  ) {
    this.#shown = passages.showWords = setting();
    this.#subscription = vscode.workspace.onDidChangeConfiguration((change) => {
      if (change.affectsConfiguration('ulmfit.classify.showAttention')) this.show(setting());
    });
  }

  dispose(): void {
    this.#shown = false;
    this.#subscription.dispose();
  }

  /** Switches the colours on or off for this window; the setting says how a window begins. */
  toggle(): void {
    this.show(!this.#shown);
    const text = this.#shown ? vscode.l10n.t('Words are coloured') : vscode.l10n.t('Words are not coloured');
    showInStatusBar('tag', text);
  }

  show(shown: boolean): void {
    this.#shown = this.passages.showWords = shown;
    this.explain();
  }

  /** Asks for what is not explained yet, if the colours are on. */
  explain(): void {
    if (this.#isWorking) return;
    this.#isWorking = true;
    this.#explainAll()
      .catch(this.onError)
      .finally(() => {
        this.#isWorking = false;
      });
  }

  async #explainAll(): Promise<void> {
    for (let next = this.#next(); next && this.#shown; next = this.#next()) {
      const { document, passage } = next;
      const { tokens, weights } = await this.classifier.explain(passage.text, passage.answer);
      this.passages.list(document).explain(passage, wordWeights(passage.text, tokens, weights));
      this.passages.draw(document);
    }
  }

  #next() {
    for (const { document } of vscode.window.visibleTextEditors) {
      const passage = this.passages.list(document).all.find(({ words }) => words === undefined);
      if (passage) return { document, passage };
    }
    return undefined;
  }
}

function setting(): boolean {
  return vscode.workspace.getConfiguration('ulmfit').get<boolean>('classify.showAttention', false);
}
