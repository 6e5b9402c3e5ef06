import * as vscode from 'vscode';
import { verdictWithoutLinks } from '../messages/notifications';
import { withoutLinks } from '../messages/sentence';
import type { StepPlace } from './stepSequence';

/** An answer, or that the user went back or left. */
export type Answer<Value> = { readonly value: Value } | 'back' | 'cancel';

export interface Question extends StepPlace {
  readonly placeholder: string;
}

/** What quick pick and input box have in common. */
type Closable = Pick<vscode.InputBox, 'onDidTriggerButton' | 'onDidHide' | 'dispose'>;

interface PickBehaviour<Item extends vscode.QuickPickItem> {
  readonly prepare: (pick: vscode.QuickPick<Item>, items: readonly Item[]) => void;
  readonly accept?: (chosen: readonly Item[]) => Promise<boolean>;
  readonly canSelectMany?: boolean;
}

/** Asks the questions of a wizard, each with the wizard's title, its place and a Back button. */
export class MultiStep {
  constructor(private readonly title: string) {}

  /**
   * One of some items. Enter takes `active`, or the first.
   *
   * @param items may still be on their way; the pick shows that it waits
   * @param accept looks at what was chosen before the pick goes; false lets it stay
   */
  async pickOne<Item extends vscode.QuickPickItem>(
    question: Question,
    items: readonly Item[] | Promise<readonly Item[]>,
    active: (item: Item) => boolean = () => false,
    accept: (item: Item) => Promise<boolean> = () => Promise.resolve(true),
  ): Promise<Answer<Item>> {
    const answer = await this.#pick(question, items, {
      prepare: (pick, shown) => {
        const first = shown.find(active);
        if (first) pick.activeItems = [first];
      },
      accept: async ([item]) => item !== undefined && (await accept(item)),
    });
    if (answer === 'back' || answer === 'cancel') return answer;
    const [value] = answer;
    return value ? { value } : 'cancel';
  }

  /** Some of the items, at least one. Those with `picked` are chosen before. */
  async pickSome<Item extends vscode.QuickPickItem>(
    question: Question,
    items: readonly Item[] | Promise<readonly Item[]>,
  ): Promise<Answer<readonly Item[]>> {
    const answer = await this.#pick(question, items, {
      canSelectMany: true,
      prepare: (pick, shown) => {
        pick.selectedItems = shown.filter(({ picked }) => picked);
      },
    });
    return answer === 'back' || answer === 'cancel' ? answer : { value: answer };
  }

  /**
   * A line of text.
   *
   * @param check what is said of it while it is typed; an error keeps Enter from taking it
   */
  async input(
    { placeholder, step, totalSteps }: Question,
    value: string,
    check: (text: string) => string | vscode.InputBoxValidationMessage | undefined,
  ): Promise<Answer<string>> {
    const box = vscode.window.createInputBox();
    Object.assign(box, { title: this.title, step, totalSteps, prompt: withoutLinks(placeholder), value });
    box.ignoreFocusOut = true;
    if (step > 1) box.buttons = [vscode.QuickInputButtons.Back];
    const validate = () => {
      box.validationMessage = verdictWithoutLinks(check(box.value));
    };
    validate();
    return new Promise((resolve) => {
      this.#whenDone(box, resolve);
      box.onDidChangeValue(validate);
      box.onDidAccept(() => {
        const problem = check(box.value);
        const isError =
          typeof problem === 'string' || problem?.severity === vscode.InputBoxValidationSeverity.Error;
        if (!isError) this.#finish(box, resolve, { value: box.value });
      });
      box.show();
    });
  }

  async #pick<Item extends vscode.QuickPickItem>(
    { placeholder, step, totalSteps }: Question,
    items: readonly Item[] | Promise<readonly Item[]>,
    { prepare, accept, canSelectMany = false }: PickBehaviour<Item>,
  ): Promise<readonly Item[] | 'back' | 'cancel'> {
    const pick = vscode.window.createQuickPick<Item>();
    Object.assign(pick, { title: this.title, step, totalSteps, placeholder, canSelectMany });
    pick.ignoreFocusOut = true;
    pick.matchOnDescription = true;
    if (step > 1) pick.buttons = [vscode.QuickInputButtons.Back];
    return new Promise((resolve, reject) => {
      this.#whenDone(pick, resolve);
      pick.onDidAccept(() => {
        const chosen = pick.selectedItems;
        if (pick.busy || chosen.length === 0) return;
        if (!accept) {
          this.#finish(pick, resolve, chosen);
          return;
        }
        pick.busy = true;
        accept(chosen).then(
          (taken) => {
            pick.busy = false;
            if (taken) this.#finish(pick, resolve, chosen);
          },
          (error: unknown) => {
            this.#finish(pick, reject, error);
          },
        );
      });
      pick.busy = true;
      pick.show();
      Promise.resolve(items).then(
        (shown) => {
          pick.busy = false;
          pick.items = shown;
          prepare(pick, shown);
        },
        (error: unknown) => {
          this.#finish(pick, reject, error);
        },
      );
    });
  }

  #whenDone(input: Closable, resolve: (answer: 'back' | 'cancel') => void): void {
    input.onDidTriggerButton((button) => {
      if (button === vscode.QuickInputButtons.Back) this.#finish(input, resolve, 'back');
    });
    // Closing tells too, after an answer as well; the promise keeps the first.
    input.onDidHide(() => {
      this.#finish(input, resolve, 'cancel');
    });
  }

  #finish<Value>(input: Closable, settle: (value: Value) => void, value: Value): void {
    settle(value);
    input.dispose();
  }
}
