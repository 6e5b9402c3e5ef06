import * as vscode from 'vscode';
import { answerDecoration, answerDecorationType, wordDecorationTypes } from './answerDecoration';
import { colourStep } from './colourStep';
import { PassageList, type Passage } from './passageList';
import type { TextSpan } from './textSpan';
import { heaviestWords } from './wordWeights';

const hoverWords = 5;

/** The classified parts of all documents, drawn where the documents are shown. */
export class Passages implements vscode.Disposable {
  readonly #lists = new Map<string, PassageList>();
  readonly #answerType = answerDecorationType();
  readonly #wordTypes = wordDecorationTypes();
  readonly #subscription: vscode.Disposable;
  #showWords = false;

  constructor() {
    this.#subscription = vscode.Disposable.from(
      vscode.workspace.onDidChangeTextDocument((event) => {
        this.#follow(event);
      }),
      vscode.workspace.onDidCloseTextDocument((document) => {
        this.#lists.delete(document.uri.toString());
      }),
      vscode.window.onDidChangeVisibleTextEditors((editors) => {
        for (const editor of editors) this.#draw(editor);
      }),
    );
  }

  dispose(): void {
    this.#subscription.dispose();
    for (const type of [this.#answerType, ...this.#wordTypes]) type.dispose();
  }

  /** Whether the words of the passages are coloured. */
  set showWords(show: boolean) {
    this.#showWords = show;
    for (const editor of vscode.window.visibleTextEditors) this.#draw(editor);
  }

  list(document: vscode.TextDocument): PassageList {
    const key = document.uri.toString();
    const list = this.#lists.get(key) ?? new PassageList();
    this.#lists.set(key, list);
    return list;
  }

  clear(document: vscode.TextDocument): void {
    this.#lists.delete(document.uri.toString());
    this.draw(document);
  }

  draw(document: vscode.TextDocument): void {
    for (const editor of vscode.window.visibleTextEditors) {
      if (editor.document === document) this.#draw(editor);
    }
  }

  #follow({ document, contentChanges }: vscode.TextDocumentChangeEvent): void {
    const list = this.#lists.get(document.uri.toString());
    if (!list || list.all.length === 0 || contentChanges.length === 0) return;
    list.follow(
      contentChanges.map(({ rangeOffset, rangeLength, text }) => ({
        start: rangeOffset,
        length: rangeLength,
        inserted: text.length,
      })),
    );
    this.draw(document);
  }

  #draw(editor: vscode.TextEditor): void {
    const passages = this.#lists.get(editor.document.uri.toString())?.all ?? [];
    editor.setDecorations(
      this.#answerType,
      passages.map(({ span, answer, text, words = [] }) =>
        answerDecoration(rangeOf(editor.document, span), answer, heaviestWords(text, words, hoverWords)),
      ),
    );
    const shades = this.#wordTypes.map((): vscode.Range[] => []);
    if (this.#showWords) for (const passage of passages) addWords(editor.document, passage, shades);
    this.#wordTypes.forEach((type, step) => {
      editor.setDecorations(type, shades[step] ?? []);
    });
  }
}

function addWords(document: vscode.TextDocument, passage: Passage, shades: readonly vscode.Range[][]): void {
  for (const { span, weight } of passage.words ?? []) {
    const { start } = passage.span;
    const range = rangeOf(document, { start: start + span.start, end: start + span.end });
    shades[colourStep(weight) - 1]?.push(range);
  }
}

function rangeOf(document: vscode.TextDocument, { start, end }: TextSpan): vscode.Range {
  return new vscode.Range(document.positionAt(start), document.positionAt(end));
}
