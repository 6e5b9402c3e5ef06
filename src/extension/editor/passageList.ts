import type { Classification } from '../api';
import { followChange, overlaps, type TextChange, type TextSpan } from './textSpan';
import type { WordWeight } from './wordWeights';

/** A classified part of a document. */
export interface Passage {
  /** In UTF-16 units from the start of the document. */
  readonly span: TextSpan;
  readonly text: string;
  readonly answer: Classification;
  /** What the words had to do with it, by their places in `text`; absent while it is not known. */
  readonly words?: readonly WordWeight[];
}

/** The classified parts of one document, none over another. */
export class PassageList {
  #passages: readonly Passage[] = [];

  get all(): readonly Passage[] {
    return this.#passages;
  }

  /** Adds passages in place of those that they overlap. */
  add(added: readonly Passage[]): void {
    const kept = this.#passages.filter(({ span }) => !added.some((each) => overlaps(span, each.span)));
    this.#passages = [...kept, ...added];
  }

  /** Takes over the words of a passage unless it has gone or changed meanwhile. */
  explain(passage: Passage, words: readonly WordWeight[]): void {
    this.#passages = this.#passages.map((each) =>
      each.answer === passage.answer ? { ...each, words } : each,
    );
  }

  /**
   * Moves the passages with their texts; those whose text was changed are dropped.
   *
   * @param changes in the order in which they were made
   */
  follow(changes: readonly TextChange[]): void {
    this.#passages = this.#passages.flatMap((passage) => {
      let span: TextSpan | undefined = passage.span;
      for (const change of changes) span = span && followChange(span, change);
      return span ? [{ ...passage, span }] : [];
    });
  }
}
