export type Child = Node | string | undefined;

/** An element with attributes and children. Strings become text nodes: nothing here or elsewhere is parsed as HTML. */
export function element<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  attributes: Readonly<Record<string, string>> = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[Tag] {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children.filter((child) => child !== undefined));
  return made;
}

/** Text from the user's data: kept apart in direction from what surrounds it, and broken where it is too long. */
export function dataText(text: string, className = 'data'): HTMLElement {
  return element('bdi', { class: className }, text);
}

/** Writes only what is new, so that nothing is announced or selected anew. */
export function setText(target: Node, text: string): void {
  if (target.textContent !== text) target.textContent = text;
}

/** A table with a caption for screen readers; the first cell of a row is its heading. */
export function table(
  caption: string,
  heading: readonly Child[],
  rows: readonly (readonly Child[])[],
): HTMLTableElement {
  const head = heading.map((cell) => element('th', { scope: 'col' }, cell));
  const body = rows.map(([first, ...rest]) =>
    element('tr', {}, element('th', { scope: 'row' }, first), ...rest.map((cell) => element('td', {}, cell))),
  );
  return element(
    'table',
    {},
    element('caption', { class: 'for-screen-readers' }, caption),
    element('thead', {}, element('tr', {}, ...head)),
    element('tbody', {}, ...body),
  );
}

/** What may be wider than the page: scrolls by itself, also by keyboard. */
export function scrolling(label: string, ...children: readonly Child[]): HTMLElement {
  return element(
    'div',
    { class: 'scrolling', tabindex: '0', role: 'region', 'aria-label': label },
    ...children,
  );
}

/** A part of the page under a heading; hidden until it has something. */
export class Section {
  readonly root: HTMLElement;
  readonly body = element('div', { class: 'section-body' });

  constructor(id: string, title: string) {
    const heading = element('h3', { id: `${id}-heading` }, title);
    this.root = element(
      'section',
      { id, 'aria-labelledby': `${id}-heading`, hidden: '' },
      heading,
      this.body,
    );
  }

  /** Shows these in place of what was there; nothing hides the section. */
  fill(...children: readonly Child[]): void {
    const present = children.filter((child) => child !== undefined);
    this.body.replaceChildren(...present);
    this.root.hidden = present.length === 0;
  }
}
