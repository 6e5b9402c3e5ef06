/** Rows `first` … `first + count − 1`, or classes. */
export interface Range {
  readonly first: number;
  readonly count: number;
}

/** The logits of a decoder, `[rows, classes]`, in blocks of rows, and each block in tiles of classes. */
export interface DecoderBlocks {
  readonly blocks: readonly Range[];
  readonly tiles: readonly Range[];
}

/** What an engine computes fastest with. */
export interface BlockLimits {
  readonly rows: number;
  /** Of the logits of a block, which are kept until the sums over all classes are known. */
  readonly blockBytes: number;
  readonly tileBytes: number;
}

/** The attributes `chunkRows` and `chunkClasses` of a kernel set the sizes instead. */
export function decoderBlocks(
  rows: number,
  classes: number,
  limits: BlockLimits,
  attributes: Readonly<Record<string, unknown>> = {},
): DecoderBlocks {
  const most = (bytes: number, length: number): number =>
    Math.max(1, Math.floor(bytes / Float32Array.BYTES_PER_ELEMENT / length));
  const ofBlock = Math.min(limits.rows, most(limits.blockBytes, classes));
  const chunkRows = Number(attributes['chunkRows'] ?? equalParts(rows, ofBlock));
  const chunkClasses = Number(
    attributes['chunkClasses'] ?? equalParts(classes, most(limits.tileBytes, chunkRows)),
  );
  return { blocks: ranges(rows, chunkRows), tiles: ranges(classes, chunkClasses) };
}

/** Parts of nearly equal size, since a small last one would cost as much in overhead as a large one. */
export function equalParts(total: number, most: number): number {
  return Math.ceil(total / Math.ceil(total / most));
}

function ranges(total: number, size: number): Range[] {
  return Array.from({ length: Math.ceil(total / size) }, (_, index) => ({
    first: index * size,
    count: Math.min(size, total - index * size),
  }));
}
