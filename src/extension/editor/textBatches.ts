/** So many UTF-16 units go into one request unless a single text is longer; messages have an upper limit. */
const longestBatch = 4 * 2 ** 20;

/** The texts in groups that a request can hold, in their order. */
export function* textBatches(texts: readonly string[], most: number): Generator<string[]> {
  let batch: string[] = [];
  let length = 0;
  for (const text of texts) {
    if (batch.length > 0 && (batch.length === most || length + text.length > longestBatch)) {
      yield batch;
      batch = [];
      length = 0;
    }
    batch.push(text);
    length += text.length;
  }
  if (batch.length > 0) yield batch;
}
