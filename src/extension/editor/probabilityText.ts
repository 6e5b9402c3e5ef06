import { intlLocale, type Language } from '../explorer/language';

/**
 * A probability as a percentage that never claims more certainty than there is: what is not 0 or 1 is not written as
 * `0%` or `100%`, but as `<1%` or `>99%`.
 *
 * @param digits after the decimal point
 */
export function probabilityText(probability: number, language: Language, digits = 0): string {
  if (!Number.isFinite(probability)) return '–';
  const format = new Intl.NumberFormat(intlLocale(language), {
    style: 'percent',
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  });
  const least = 10 ** -(digits + 2);
  if (probability > 0 && probability < least / 2) return `<${format.format(least)}`;
  if (probability < 1 && probability >= 1 - least / 2) return `>${format.format(1 - least)}`;
  return format.format(probability);
}
