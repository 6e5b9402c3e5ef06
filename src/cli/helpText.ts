/** The end of a command's help: how it is called. */
export function example(line: string): string {
  return `\nExample:\n  ${line}\n`;
}
