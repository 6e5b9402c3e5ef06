import * as vscode from 'vscode';
import { UlmfitError } from '../../errors';
import { showInStatusBar, showProgress } from '../messages/notifications';
import { answerText } from './answerDecoration';
import { modelToUse } from './chooseModel';
import type { Classifier } from './classifier';
import { paragraphAt } from './paragraph';
import type { Passage } from './passageList';
import type { Passages } from './passages';
import { trimmed, type TextSpan } from './textSpan';

/**
 * Classifies what is selected in the active editor, or the paragraph around the cursor where nothing is.
 *
 * @returns what was classified; undefined if the user left a question
 * @throws {UlmfitError} `no-texts`, and what the classifier throws
 */
export async function classifySelection(
  classifier: Classifier,
  passages: Passages,
): Promise<{ document: vscode.TextDocument; added: Passage[] } | undefined> {
  const { document, spans, isParagraph } = selectedTexts();
  const model = await modelToUse(classifier, document.uri);
  if (!model) return undefined;
  const { version } = document;
  const texts = spans.map(({ start, end }) => document.getText().slice(start, end));
  const template = vscode.l10n.t('Classifying');
  const answers = await showProgress({ template, inStatusBar: true }, () =>
    classifier.classify(texts, model.name),
  );
  const added = spans.flatMap((span, i) => {
    const [text, answer] = [texts[i], answers[i]];
    return text === undefined || answer === undefined ? [] : [{ span, text, answer }];
  });
  const shown = added.map(({ answer }) => answerText(answer)).join(', ');
  const status = isParagraph ? vscode.l10n.t('{0} (the paragraph; nothing was selected)') : '{0}';
  showInStatusBar('tag', status, [shown.slice(0, 200)]);
  // What was written meanwhile may have changed the texts; the answer still stands in the status bar.
  if (document.version !== version) return undefined;
  passages.list(document).add(added);
  passages.draw(document);
  return { document, added };
}

/** The texts meant, without white space at their ends. */
function selectedTexts(): { document: vscode.TextDocument; spans: TextSpan[]; isParagraph: boolean } {
  const editor = vscode.window.activeTextEditor;
  if (!editor) {
    throw new UlmfitError(
      'no-texts',
      vscode.l10n.t('No editor is open to classify in.'),
      vscode.l10n.t('Open a text and select a part of it.'),
    );
  }
  const { document, selections } = editor;
  const text = document.getText();
  const spanOf = (range: vscode.Range) =>
    trimmed(text, { start: document.offsetAt(range.start), end: document.offsetAt(range.end) });
  const selected = selections.filter(({ isEmpty }) => !isEmpty);
  const meant =
    selected.length > 0 ? selected : selections.flatMap((selection) => paragraph(document, selection) ?? []);
  const spans = distinct(meant.flatMap((range) => spanOf(range) ?? []));
  if (spans.length > 0) return { document, spans, isParagraph: selected.length === 0 };
  throw new UlmfitError(
    'no-texts',
    vscode.l10n.t('There is no text to classify here.'),
    vscode.l10n.t('Select one, or put the cursor into one.'),
  );
}

function paragraph(document: vscode.TextDocument, { active }: vscode.Selection): vscode.Range | undefined {
  const lines = { lineCount: document.lineCount, line: (index: number) => document.lineAt(index).text };
  const found = paragraphAt(lines, active.line);
  return (
    found && new vscode.Range(new vscode.Position(found.first, 0), document.lineAt(found.last).range.end)
  );
}

/** Two cursors may stand in one paragraph. */
function distinct(spans: readonly TextSpan[]): TextSpan[] {
  return [...new Map(spans.map((span) => [span.start, span])).values()];
}
