/** `{0}`, `{1}`, … replaced. What is put in is not looked at again. */
export function fill(template: string, ...values: readonly (string | number)[]): string {
  return template.replace(/\{(\d+)\}/gu, (whole, index: string) => String(values[Number(index)] ?? whole));
}

/** Six decimals; `#na#` where there is no number, as fastai writes it. */
export function tableNumber(value: number | null | undefined): string {
  return typeof value === 'number' ? value.toFixed(6) : '#na#';
}

/** `00:07`, `12:30`, `1:02:03` */
export function clock(seconds: number): string {
  const whole = Math.round(seconds);
  const two = (value: number) => String(value).padStart(2, '0');
  const hours = Math.floor(whole / 3600);
  const rest = `${two(Math.floor((whole % 3600) / 60))}:${two(whole % 60)}`;
  return hours > 0 ? `${hours}:${rest}` : rest;
}

/** Four digits that count; very small or large numbers with an exponent. */
export function shortNumber(value: number | null | undefined): string {
  if (typeof value !== 'number') return '–';
  if (value !== 0 && (Math.abs(value) < 1e-3 || Math.abs(value) >= 1e5)) {
    return value
      .toExponential(2)
      .replace(/\.?0+e/u, 'e')
      .replace('e+', 'e');
  }
  return String(Number(value.toPrecision(4)));
}
