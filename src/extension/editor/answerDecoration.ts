import * as vscode from 'vscode';
import type { Classification } from '../api';
import { visibleText } from '../explorer/plainText';
import { colourSteps } from './colourStep';
import { hoverMarkdown } from './hoverMarkdown';
import { userLanguage as language } from '../explorer/userLanguage';
import { probabilityText } from './probabilityText';

const shownLabel = 40;

/** Label and probability behind a text, in colours of the theme that can be read on each other. */
export function answerDecorationType(): vscode.TextEditorDecorationType {
  return vscode.window.createTextEditorDecorationType({
    rangeBehavior: vscode.DecorationRangeBehavior.ClosedClosed,
    after: {
      color: new vscode.ThemeColor('editorWidget.foreground'),
      backgroundColor: new vscode.ThemeColor('editorWidget.background'),
      border: '1px solid',
      borderColor: new vscode.ThemeColor('editorWidget.border'),
      margin: '0 0 0 1em',
    },
  });
}

/** The shades that mark words, the weakest first. */
export function wordDecorationTypes(): vscode.TextEditorDecorationType[] {
  return Array.from({ length: colourSteps }, (_, step) => {
    // A theme colour has no shades of its own; mixing it keeps it the theme's. Beyond half the text is hard to read.
    const share = Math.round((50 * (step + 1)) / colourSteps);
    return vscode.window.createTextEditorDecorationType({
      rangeBehavior: vscode.DecorationRangeBehavior.ClosedClosed,
      backgroundColor: `color-mix(in srgb, var(--vscode-charts-orange, orange) ${share}%, transparent)`,
      borderRadius: '2px',
    });
  });
}

/** `spam 97%`, on one line whatever the label holds. */
export function answerText({ label, probability }: Classification): string {
  return `${visibleText(label, shownLabel)} ${probabilityText(probability, language)}`;
}

export function answerDecoration(
  range: vscode.Range,
  answer: Classification,
  words: readonly (readonly [string, number])[] = [],
): vscode.DecorationOptions {
  const hoverMessage = new vscode.MarkdownString(hoverMarkdown(answer, words, language));
  hoverMessage.isTrusted = false;
  hoverMessage.supportHtml = false;
  // No-break spaces: plain ones at the edges are not drawn.
  const contentText = `\u00a0${answerText(answer).replaceAll(' ', '\u00a0')}\u00a0`;
  return { range, hoverMessage, renderOptions: { after: { contentText } } };
}
