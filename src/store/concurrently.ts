/**
 * Does something with each item, a few at a time, so that reading thousands of small files neither waits for one after
 * the other nor has them all open at once.
 *
 * @returns the results in the order of the items
 */
export async function concurrently<Item, Result>(
  items: readonly Item[],
  action: (item: Item) => Promise<Result>,
  most = 8,
): Promise<Result[]> {
  const results: Result[] = [];
  const rest = items.entries();
  const worker = async () => {
    for (const [index, item] of rest) results[index] = await action(item);
  };
  await Promise.all(Array.from({ length: Math.min(most, items.length) }, worker));
  return results;
}
