import { element } from './dom';

/** Says to screen readers what they cannot see, no more often than can be listened to. */
export class Announcer {
  readonly root = element('div', { class: 'for-screen-readers', role: 'status', 'aria-live': 'polite' });
  readonly #said = new Map<string, string>();

  /** Says a text about a subject, unless it is what was said last about it. The first one is known from the page. */
  say(subject: string, text: string): void {
    const before = this.#said.get(subject);
    this.#said.set(subject, text);
    if (before !== undefined && before !== text) this.root.textContent = text;
  }
}
