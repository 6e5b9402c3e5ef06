import * as vscode from 'vscode';
import { type ClassCount, imbalance } from '../../protocol/classBalance';
import type { ClassWeighting } from '../../options/classifier';
import { classList, type ColumnItem, labelColumnItems, textColumnItems } from './columnPreview';
import { type DataDraft, mostPreviewed } from './dataStep';
import type { MultiStep } from './multiStep';
import type { StepOutcome, StepPlace } from './stepSequence';

/** The part of a draft that says which columns of the data are meant. */
export interface ColumnDraft extends DataDraft {
  /** Empty for texts without columns. */
  text: readonly string[];
  label?: string | undefined;
}

/** Whether there is a column to choose; a folder of texts has none. */
export function hasColumns({ preview }: DataDraft): boolean {
  return preview === undefined || preview.columns.length > 0;
}

/** Asks for the columns of the text, with their first cells. */
export async function askTextColumns(
  ui: MultiStep,
  draft: ColumnDraft,
  place: StepPlace,
): Promise<StepOutcome> {
  const { preview, text } = draft;
  if (!preview) return 'back';
  const items = textColumnItems(preview).map(pickItem);
  // Coming back, what was chosen before still is.
  const known = text.length > 0 && text.every((column) => preview.columns.includes(column));
  const shown = known ? items.map((item) => ({ ...item, picked: text.includes(item.column) })) : items;
  const answer = await ui.pickSome(
    { placeholder: vscode.l10n.t('Columns of the text; several are joined'), ...place },
    shown,
  );
  if (answer === 'back' || answer === 'cancel') return answer;
  draft.text = answer.value.map(({ column }) => column);
  return 'next';
}

/** Asks for the column of the label, with its classes; without columns says which labels the folders are. */
export async function askLabelColumn(
  ui: MultiStep,
  draft: ColumnDraft,
  place: StepPlace,
): Promise<StepOutcome> {
  const { preview, text, label } = draft;
  if (!preview) return 'back';
  const answer = await ui.pickOne(
    { placeholder: vscode.l10n.t('Column of the label'), ...place },
    labelColumnItems(preview, text).map(pickItem),
    ({ column }) => column === label,
  );
  if (answer === 'back' || answer === 'cancel') return answer;
  draft.label = answer.value.column;
  return 'next';
}

/** The classes as far as they were counted, where one is so rare that it should be asked what to do about that. */
export function unbalancedClasses({ preview, label }: ColumnDraft): readonly ClassCount[] | undefined {
  if (!preview || (label !== undefined && label !== preview.labelColumn)) return undefined;
  return imbalance(preview.classes) ? preview.classes : undefined;
}

/** Asks whether the rare classes are to count for more. */
export async function askClassWeights(
  ui: MultiStep,
  draft: ColumnDraft & { classWeights?: ClassWeighting },
  place: StepPlace,
): Promise<StepOutcome> {
  const counts = classList(unbalancedClasses(draft) ?? []);
  const answer = await ui.pickOne(
    { placeholder: vscode.l10n.t('The classes are unbalanced: {0}', counts), ...place },
    [
      {
        classWeights: 'none' as const,
        label: vscode.l10n.t('Count Every Text Alike'),
        detail: vscode.l10n.t('most answers right; rare classes are found less often'),
      },
      {
        classWeights: 'balanced' as const,
        label: vscode.l10n.t('Let Rare Classes Count for More'),
        detail: vscode.l10n.t('rare classes are found more often, with some more false alarms'),
      },
    ],
    ({ classWeights }) => classWeights === draft.classWeights,
  );
  if (answer === 'back' || answer === 'cancel') return answer;
  draft.classWeights = answer.value.classWeights;
  return 'next';
}

/** What is known of the classes before the start, such as `ham 686 · spam 314`. */
export function classSummary({ preview, label }: ColumnDraft): string {
  if (!preview || (label !== undefined && label !== preview.labelColumn)) return '';
  return classList(preview.classes);
}

/** How many rows there are, and how many of them cannot be used: ` · 1,000 rows, of which 3 cannot be used`. */
export function rowSummary({ preview, data }: DataDraft): string {
  // Of very many files only the first are looked into.
  if (!preview || data.length > mostPreviewed) return '';
  const { size, issues } = preview;
  const number = new Intl.NumberFormat(vscode.env.language);
  const rows =
    issues === 0
      ? vscode.l10n.t('{0} rows', number.format(size))
      : vscode.l10n.t('{0} rows, of which {1} cannot be used', number.format(size), number.format(issues));
  return ` · ${rows}`;
}

function pickItem({ column, label, detail, picked }: ColumnItem) {
  return { column, label, detail, picked };
}
