/** Raised by {@link JsonScanner}; its caller knows the file's name and turns it into the error users see. */
export class JsonScanError extends Error {}

const loneSurrogate = /\p{Surrogate}/u;

/**
 * Reads JSON token by token, for input that is not trusted.
 *
 * Why not `JSON.parse`: it keeps the last of two members with the same name without a word, and it builds whatever
 * the text says before anyone can look. Here the caller asks for what it expects, so the first byte that is
 * something else ends the reading, depth is what the caller's own code nests, and duplicates are found.
 */
export class JsonScanner {
  private at = 0;

  constructor(private readonly text: string) {}

  fail(reason: string): never {
    throw new JsonScanError(`${reason} at character ${this.at}`);
  }

  private skipWhitespace(): void {
    for (; this.at < this.text.length; this.at++) {
      const code = this.text.charCodeAt(this.at);
      if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) return;
    }
  }

  private takes(character: string): boolean {
    this.skipWhitespace();
    if (this.text[this.at] !== character) return false;
    this.at++;
    return true;
  }

  private expect(character: string): void {
    if (!this.takes(character)) this.fail(`expected ${JSON.stringify(character)}`);
  }

  /** One string, unescaped. Unpaired surrogates are refused: they cannot be written as UTF-8. */
  string(): string {
    this.expect('"');
    const start = this.at - 1;
    for (; this.at < this.text.length; this.at++) {
      const code = this.text.charCodeAt(this.at);
      if (code === 0x22) break;
      if (code === 0x5c) this.at++;
      else if (code < 0x20) this.fail('a control character inside a string');
    }
    if (this.at >= this.text.length) this.fail('a string without an end');
    this.at++;
    let value: unknown;
    try {
      value = JSON.parse(this.text.slice(start, this.at));
    } catch {
      this.fail('an escape that JSON does not have');
    }
    if (typeof value !== 'string' || loneSurrogate.test(value)) this.fail('a string that is not text');
    return value;
  }

  /** One integer from 0 to 2⁵³ − 1. */
  integer(): number {
    this.skipWhitespace();
    const start = this.at;
    let value = 0;
    for (; this.at < this.text.length; this.at++) {
      const digit = this.text.charCodeAt(this.at) - 0x30;
      if (digit < 0 || digit > 9) break;
      value = value * 10 + digit;
      if (value > Number.MAX_SAFE_INTEGER) this.fail('a number too large');
    }
    const digits = this.at - start;
    if (digits === 0) this.fail('expected a whole number');
    if (digits > 1 && this.text[start] === '0') this.fail('a number that begins with 0');
    return value;
  }

  /** An object of at most `limit` members: calls `member` for every name, and `member` reads the value. Names must differ. */
  object(limit: number, member: (name: string) => void): void {
    this.expect('{');
    if (this.takes('}')) return;
    const seen = new Set<string>();
    do {
      const name = this.string();
      if (seen.has(name)) this.fail(`the name ${JSON.stringify(name)} twice`);
      seen.add(name);
      if (seen.size > limit) this.fail(`more than ${limit} members`);
      this.expect(':');
      member(name);
    } while (this.takes(','));
    this.expect('}');
  }

  /** An array of at most `limit` values, each read by `item`. */
  array(limit: number, item: () => void): void {
    this.expect('[');
    if (this.takes(']')) return;
    let count = 0;
    do {
      if (++count > limit) this.fail(`more than ${limit} values`);
      item();
    } while (this.takes(','));
    this.expect(']');
  }

  /** Nothing may follow but white space. */
  end(): void {
    this.skipWhitespace();
    if (this.at < this.text.length) this.fail('text after the end');
  }
}
