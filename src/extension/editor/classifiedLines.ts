import * as vscode from 'vscode';
import type { Classification } from '../api';
import { answerDecorationType } from './answerDecoration';
import type { Classifier, StoredModel } from './classifier';
import { AnswerCache } from './lineQueue';
import { LineSession, type LineAnswers } from './lineSession';

/** Answers kept for lines that come again, in this document or another. */
const keptAnswers = 100_000;

/** The documents whose lines are classified. */
export class ClassifiedLines implements vscode.Disposable {
  readonly #sessions = new Map<string, LineSession>();
  readonly #type = answerDecorationType();
  readonly #subscription: vscode.Disposable;
  /** Of the model used last; a model that was trained again under its name is another one. */
  #answers: { readonly model: string; readonly cache: LineAnswers } | undefined;

  constructor(
    private readonly classifier: Classifier,
    private readonly onError: (error: unknown) => void,
  ) {
    this.#subscription = vscode.Disposable.from(
      vscode.workspace.onDidChangeTextDocument(({ document, contentChanges }) => {
        if (contentChanges.length > 0) this.#of(document)?.textChanged();
      }),
      vscode.workspace.onDidCloseTextDocument((document) => {
        this.clear(document);
      }),
      vscode.window.onDidChangeTextEditorVisibleRanges(({ textEditor }) => {
        this.#of(textEditor.document)?.shownLinesChanged();
      }),
      vscode.window.onDidChangeVisibleTextEditors((editors) => {
        for (const { document } of editors) this.#of(document)?.shownLinesChanged();
      }),
    );
  }

  dispose(): void {
    this.#subscription.dispose();
    for (const session of this.#sessions.values()) session.dispose();
    this.#type.dispose();
  }

  /** Classifies the lines of a document from now on. @throws {UlmfitError} what the classifier throws */
  async classify(document: vscode.TextDocument, model: StoredModel): Promise<void> {
    this.clear(document);
    const session = new LineSession(
      document,
      model.name,
      this.#answersOf(model),
      this.classifier,
      this.#type,
      (error) => {
        // Every scroll would fail again.
        this.clear(document);
        this.onError(error);
      },
    );
    this.#sessions.set(document.uri.toString(), session);
    try {
      await session.classifyAll();
    } catch (error) {
      if (this.#of(document) === session) this.clear(document);
      throw error;
    }
  }

  clear(document: vscode.TextDocument): void {
    this.#of(document)?.dispose();
    this.#sessions.delete(document.uri.toString());
  }

  #of(document: vscode.TextDocument): LineSession | undefined {
    return this.#sessions.get(document.uri.toString());
  }

  #answersOf({ name, manifest, folder }: StoredModel): LineAnswers {
    const model = JSON.stringify([folder, name, manifest.createdAt]);
    if (this.#answers?.model !== model) {
      this.#answers = { model, cache: new AnswerCache<Classification>(keptAnswers) };
    }
    return this.#answers.cache;
  }
}
