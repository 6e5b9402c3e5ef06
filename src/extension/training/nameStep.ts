import * as vscode from 'vscode';
import type { MultiStep } from './multiStep';
import { nameProblem, suggestedName, takenName } from './nameSuggestion';
import type { StepOutcome, StepPlace } from './stepSequence';

interface NameDraft {
  readonly data: readonly string[];
  name?: string;
  /** The name is taken, and what has it is to be replaced. */
  replace?: boolean;
}

/**
 * Asks what the new thing is to be called; proposes the name of the data. Where the name is taken it is asked whether
 * that is to be replaced.
 *
 * @param taken names in the store
 */
export async function askName(
  ui: MultiStep,
  draft: NameDraft,
  place: StepPlace,
  words: {
    readonly placeholder: string;
    readonly suffix: string;
    /** Says that something has the name. */
    readonly exists: (name: string) => string;
  },
  taken: readonly string[],
): Promise<StepOutcome> {
  const { placeholder, suffix, exists } = words;
  for (;;) {
    const proposal = draft.name ?? suggestedName(draft.data, taken, suffix);
    const answer = await ui.input({ placeholder, ...place }, proposal, (text) => {
      const problem = nameProblem(text);
      if (problem !== undefined) return problem;
      const other = takenName(text, taken);
      if (other === undefined) return undefined;
      // Where case is not told apart, two such names would be one folder.
      if (other !== text.normalize('NFC'))
        return vscode.l10n.t('“{0}” differs from it in case alone.', other);
      return { message: exists(other), severity: vscode.InputBoxValidationSeverity.Warning };
    });
    if (answer === 'back' || answer === 'cancel') return answer;
    const name = answer.value.normalize('NFC');
    draft.name = name;
    draft.replace = taken.includes(name);
    const outcome = draft.replace ? await askReplace(ui, exists(name), place) : 'next';
    if (outcome !== 'back') return outcome;
    draft.replace = false;
  }
}

/** @returns `back` where another name is to be chosen */
async function askReplace(ui: MultiStep, placeholder: string, place: StepPlace): Promise<StepOutcome> {
  const answer = await ui.pickOne({ placeholder, ...place }, [
    {
      replace: false,
      label: vscode.l10n.t('Choose Another Name'),
      iconPath: new vscode.ThemeIcon('edit'),
    },
    {
      replace: true,
      label: vscode.l10n.t('Replace It'),
      description: vscode.l10n.t('when the training is done; until then it stays'),
      iconPath: new vscode.ThemeIcon('replace'),
    },
  ]);
  if (answer === 'back' || answer === 'cancel') return answer;
  return answer.value.replace ? 'next' : 'back';
}
