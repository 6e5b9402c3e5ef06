import * as vscode from 'vscode';
import type { Language } from './language';

/** The language that VS Code is set to. */
export const userLanguage: Language = { l10n: vscode.l10n, locale: vscode.env.language };
