import * as vscode from 'vscode';
import { classList, type ColumnItem, labelColumnItems, textColumnItems } from './columnPreview';
import type { DataDraft } from './dataStep';
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

/** What is known of the classes before the start, such as `ham 686 · spam 314`. */
export function classSummary({ preview, label }: ColumnDraft): string {
  if (!preview || (label !== undefined && label !== preview.labelColumn)) return '';
  return classList(preview.classes);
}

function pickItem({ column, label, detail, picked }: ColumnItem) {
  return { column, label, detail, picked };
}
