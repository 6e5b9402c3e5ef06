import { intlLocale, type Language } from './language';

/** `950 byte`, `12.3 MB`: decimal units, as file managers of most platforms show them. */
export function sizeText(bytes: number, language: Language): string {
  const units = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte'] as const;
  let value = bytes;
  let index = 0;
  while (value >= 999.5 && index < units.length - 1) {
    value /= 1000;
    index++;
  }
  return unitText(value, units[index] ?? 'byte', language, value < 10 && index > 0 ? 1 : 0);
}

/** `45 sec`, `3 min`, `1 hr 20 min`, `2 days 3 hr`: the two largest units that say something. */
export function durationText(seconds: number, language: Language): string {
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 60) return unitText(whole, 'second', language);
  const minutes = Math.round(whole / 60);
  if (minutes < 60) return unitText(minutes, 'minute', language);
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return twoUnits([hours, 'hour'], [minutes % 60, 'minute'], language);
  const roundedHours = Math.round(minutes / 60);
  return twoUnits([Math.floor(roundedHours / 24), 'day'], [roundedHours % 24, 'hour'], language);
}

/** `43 %`, rounded down so that 100 % means done. */
export function percentText(part: number): string {
  return `${Math.floor(Math.min(1, Math.max(0, part)) * 100)} %`;
}

/** Shares as `91.2 %`, anything else with four significant digits. */
export function metricText(name: string, value: number, language: Language): string {
  if (!Number.isFinite(value)) return '–';
  const options: Intl.NumberFormatOptions = isShare(name)
    ? { minimumFractionDigits: 1, maximumFractionDigits: 1 }
    : { maximumSignificantDigits: 4 };
  const format = new Intl.NumberFormat(intlLocale(language), options);
  return isShare(name) ? `${format.format(100 * value)} %` : format.format(value);
}

/** `12,345` */
export function countText(count: number, language: Language): string {
  return new Intl.NumberFormat(intlLocale(language)).format(count);
}

/** Date and time of day in the user's time zone; what is no date stays as it is. */
export function dateText(iso: string, language: Language): string {
  const date = new Date(iso);
  if (Number.isNaN(date.getTime())) return iso;
  return new Intl.DateTimeFormat(intlLocale(language), { dateStyle: 'medium', timeStyle: 'short' }).format(
    date,
  );
}

function isShare(name: string): boolean {
  return ['accuracy', 'macro_f1'].includes(name);
}

type Quantity = readonly [value: number, unit: string];

function twoUnits(first: Quantity, second: Quantity, language: Language): string {
  const parts = second[0] === 0 ? [first] : [first, second];
  return parts.map(([value, unit]) => unitText(value, unit, language)).join(' ');
}

function unitText(value: number, unit: string, language: Language, digits = 0): string {
  return new Intl.NumberFormat(intlLocale(language), {
    style: 'unit',
    unit,
    unitDisplay: 'short',
    maximumFractionDigits: digits,
  }).format(value);
}
