import * as vscode from 'vscode';
import type { MultiStep } from './multiStep';
import { nameProblem, suggestedName, takenName } from './nameSuggestion';
import type { StepOutcome, StepPlace } from './stepSequence';

interface NameDraft {
  readonly data: readonly string[];
  name?: string;
}

/**
 * Asks what the new thing is to be called; proposes the name of the data.
 *
 * @param taken names in the store
 * @param replaces says that something of the name will be replaced
 */
export async function askName(
  ui: MultiStep,
  draft: NameDraft,
  place: StepPlace,
  words: {
    readonly placeholder: string;
    readonly suffix: string;
    readonly replaces: (name: string) => string;
  },
  taken: readonly string[],
): Promise<StepOutcome> {
  const { placeholder, suffix, replaces } = words;
  const proposal = draft.name ?? suggestedName(draft.data, taken, suffix);
  const answer = await ui.input({ placeholder, ...place }, proposal, (text) => {
    const problem = nameProblem(text);
    if (problem !== undefined) return problem;
    const other = takenName(text, taken);
    if (other === undefined) return undefined;
    // Where case is not told apart, two such names would be one folder.
    if (other !== text.normalize('NFC')) return vscode.l10n.t('“{0}” differs from it in case alone.', other);
    return { message: replaces(other), severity: vscode.InputBoxValidationSeverity.Warning };
  });
  if (answer === 'back' || answer === 'cancel') return answer;
  draft.name = answer.value.normalize('NFC');
  return 'next';
}
