import * as vscode from 'vscode';
import type { Facts } from './facts';

/** Facts as a hover. All of them may come from the disk, so they are text and never Markdown. */
export function tooltip({ title, lines, notes = [] }: Facts): vscode.MarkdownString {
  const markdown = new vscode.MarkdownString();
  markdown.appendMarkdown('**');
  appendData(markdown, title);
  markdown.appendMarkdown('**\n\n');
  for (const { label, value } of lines) {
    appendData(markdown, `${label}: ${value}`);
    markdown.appendMarkdown('  \n');
  }
  for (const note of notes) {
    markdown.appendMarkdown('\n\n');
    appendData(markdown, note);
  }
  return markdown;
}

/** `appendText` escapes Markdown but leaves character references, which would be shown as what they stand for. */
function appendData(markdown: vscode.MarkdownString, text: string): void {
  markdown.appendText(text.replaceAll('&', '&amp;').replaceAll('<', '&lt;'));
}
