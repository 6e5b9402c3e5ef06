import { bytesPerElement, isDtype, type Dtype } from './dtypes';
import { JsonScanner } from './jsonScanner';

export interface TensorInfo {
  readonly name: string;
  readonly dtype: Dtype;
  readonly shape: readonly number[];
  /** Number of elements: the product of the shape. */
  readonly elements: number;
  /** First byte, counted from the end of the header. */
  readonly begin: number;
  /** One after the last byte. */
  readonly end: number;
}

export interface SafetensorsHeader {
  /** In the order of their bytes. */
  readonly tensors: readonly TensorInfo[];
  readonly metadata: Map<string, string>;
}

/** What the format allows, and every reader of it knows as a safetensors file. */
export const formatHeaderBytes = 100_000_000;
/** What is read here: a model of ten thousand tensors has two million. */
export const maximumHeaderBytes = 8 * 2 ** 20;
/** Of the header, of what it says of a tensor, and of its metadata. */
const maximumMembers = 20_000;
const maximumRank = 32;

/** What the 32-bit floats of one file may take in memory: ten times the largest model this is made for. */
export const maximumFloatBytes = 4 * 2 ** 30;

/**
 * Reads and checks the header of a safetensors file: every tensor's bytes are shape × element size, the tensors lie
 * one after the other without a hole or an overlap, and they end where the file ends.
 *
 * @param text the header's JSON
 * @param dataBytes the number of bytes that follow the header
 * @throws JsonScanError with the reason
 */
export function parseHeader(text: string, dataBytes: number): SafetensorsHeader {
  const scanner = new JsonScanner(text);
  if (!text.startsWith('{')) scanner.fail('expected the header to begin with "{"');
  const tensors: TensorInfo[] = [];
  const metadata = new Map<string, string>();
  scanner.object(maximumMembers, (name) => {
    if (name === '__metadata__') {
      scanner.object(maximumMembers, (key) => metadata.set(key, scanner.string()));
    } else tensors.push(parseTensor(scanner, name));
  });
  scanner.end();

  tensors.sort((a, b) => a.begin - b.begin || a.end - b.end);
  let position = 0;
  let elements = 0;
  for (const tensor of tensors) {
    const label = JSON.stringify(tensor.name);
    if (tensor.begin < position) scanner.fail(`tensor ${label} overlaps the one before it`);
    if (tensor.begin > position)
      scanner.fail(`a hole of ${tensor.begin - position} bytes before tensor ${label}`);
    position = tensor.end;
    elements += tensor.elements;
  }
  if (position !== dataBytes) {
    scanner.fail(`the tensors end at byte ${position} but the file has ${dataBytes} bytes of data`);
  }
  if (elements * 4 > maximumFloatBytes)
    scanner.fail(`more than ${maximumFloatBytes / 2 ** 30} GiB of numbers`);
  return { tensors, metadata };
}

function parseTensor(scanner: JsonScanner, name: string): TensorInfo {
  let dtype: string | undefined;
  let shape: number[] | undefined;
  let offsets: number[] | undefined;
  scanner.object(maximumMembers, (key) => {
    if (key === 'dtype') dtype = scanner.string();
    else if (key === 'shape') shape = integers(scanner, maximumRank);
    else if (key === 'data_offsets') offsets = integers(scanner, 2);
    else scanner.fail(`tensor ${JSON.stringify(name)} has an unknown entry ${JSON.stringify(key)}`);
  });
  const label = JSON.stringify(name);
  if (dtype === undefined || shape === undefined || offsets === undefined) {
    scanner.fail(`tensor ${label} lacks its dtype, shape or data_offsets`);
  }
  if (!isDtype(dtype)) scanner.fail(`tensor ${label} has the unknown dtype ${JSON.stringify(dtype)}`);
  const [begin, end] = offsets;
  if (begin === undefined || end === undefined || end < begin) {
    scanner.fail(`tensor ${label} has data_offsets that are not a range`);
  }
  let elements = 1;
  for (const size of shape) {
    // Both factors are safe integers; the product is exact or far beyond the limit, never wrapped.
    elements *= size;
    if (elements > Number.MAX_SAFE_INTEGER) scanner.fail(`tensor ${label} has a shape too large`);
  }
  if (elements * bytesPerElement[dtype] !== end - begin) {
    scanner.fail(
      `tensor ${label} has ${end - begin} bytes but its shape and dtype need ${elements * bytesPerElement[dtype]}`,
    );
  }
  return { name, dtype, shape, elements, begin, end };
}

function integers(scanner: JsonScanner, limit: number): number[] {
  const values: number[] = [];
  scanner.array(limit, () => values.push(scanner.integer()));
  return values;
}
