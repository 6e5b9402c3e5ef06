/** What bytes 0x80–0x9F stand for in Windows-1252; elsewhere it is Latin-1. Empty: no such character. */
const upperControls = Array.from('€\0‚ƒ„…†‡ˆ‰Š‹Œ\0Ž\0\0‘’“”•–—˜™š›œ\0žŸ', (char) =>
  char === '\0' ? '' : char,
);

/** The offset of the first byte that Windows-1252 leaves undefined (81, 8D, 8F, 90, 9D), or −1. */
export function undefinedByteOffset(bytes: Uint8Array): number {
  return bytes.findIndex((byte) => byte >= 0x80 && byte <= 0x9f && upperControls[byte - 0x80] === '');
}

/**
 * Bytes as Windows-1252. Not by `TextDecoder`, since some versions of Node read that name as Latin-1 and turn curly
 * quotes into control characters. Undefined bytes become the control characters they are in Latin-1.
 */
export function decodeWindows1252(bytes: Uint8Array): string {
  const latin1 = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
  return latin1.replace(/[\u0080-\u009f]/g, (char) => {
    const defined = upperControls[char.charCodeAt(0) - 0x80];
    return defined === undefined || defined === '' ? char : defined;
  });
}
