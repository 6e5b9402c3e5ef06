import * as vscode from 'vscode';
import type { Language } from '../explorer/language';

/** The language in which VS Code speaks. */
export const language: Language = {
  l10n: { t: (message, ...values) => vscode.l10n.t(message, ...values) },
  locale: vscode.env.language,
};
