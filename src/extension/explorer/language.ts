/** The language of the user interface, so that what is written in it can be tested without VS Code. */
export interface Language {
  /** `vscode.l10n` */
  readonly l10n: { t(message: string, ...values: (string | number | boolean)[]): string };
  /** `vscode.env.language`, such as `en` or `pt-br` */
  readonly locale: string;
}

/** The locale for `Intl`, which throws on a tag that it does not take for one. */
export function intlLocale({ locale }: Language): string {
  try {
    return Intl.getCanonicalLocales(locale)[0] ?? 'en';
  } catch {
    return 'en';
  }
}
