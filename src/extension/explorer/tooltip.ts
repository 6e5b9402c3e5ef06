import * as vscode from 'vscode';
import type { Facts } from './facts';
import { escapedMarkdown } from './plainText';

/** A note may quote a message; whoever made the facts has cut it. */
const longest = 1200;

/** Facts as a hover. All of them may come from the disk, so they are text: no Markdown, no link, not even an address. */
export function tooltip({ title, lines, notes = [] }: Facts): vscode.MarkdownString {
  const text = (data: string) => escapedMarkdown(data, longest);
  const facts = lines.map(({ label, value }) => `${text(`${label}: ${value}`)}  \n`).join('');
  const markdown = [`**${text(title)}**\n\n${facts}`, ...notes.map(text)].join('\n\n');
  return new vscode.MarkdownString(markdown);
}
