import { type ByteSource, withFile } from './byteSource';
import { toFloat32 } from './dtypes';
import { corruptFile } from './fileErrors';
import { nodeFileSystem, type WritableFile } from './fileSystem';
import { JsonScanError } from './jsonScanner';
import {
  maximumHeaderBytes,
  parseHeader,
  type SafetensorsHeader,
  type TensorInfo,
} from './safetensorsHeader';

/** A tensor as it lies on disk: row-major numbers and their shape. A scalar has the shape `[]`. */
export interface StoredTensor {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** Tensors by name, in the order they are written. */
export type TensorMap = ReadonlyMap<string, StoredTensor>;

export interface Safetensors {
  readonly tensors: Map<string, StoredTensor>;
  readonly metadata: Map<string, string>;
}

/**
 * Reads a safetensors file (format: 8 bytes little-endian header length, JSON header, tensor bytes), trusting nothing
 * in it. Memory is at most the file plus its numbers as 32-bit floats.
 *
 * @throws UlmfitError `corrupt-file`, `file-not-found` or `file-unreadable`
 */
export function readSafetensors(path: string): Promise<Safetensors> {
  return withFile(path, (source) => readSafetensorsFrom(source));
}

/**
 * As `readSafetensors`, from wherever the bytes lie.
 * @param check called before each tensor; what it throws ends the reading
 * @throws UlmfitError `corrupt-file`
 */
export async function readSafetensorsFrom(
  source: ByteSource,
  check: () => void = () => undefined,
): Promise<Safetensors> {
  const { name: path, size } = source;
  if (size < 8) throw corruptFile(path, `it has ${size} bytes, too few for a safetensors file`);
  const prefix = await readBytes(source, 0, 8);
  const length = new DataView(prefix.buffer).getBigUint64(0, true);
  if (length > BigInt(maximumHeaderBytes)) {
    throw corruptFile(
      path,
      `its header claims ${length} bytes, more than the ${maximumHeaderBytes} that are read`,
    );
  }
  const headerBytes = Number(length);
  if (headerBytes > size - 8)
    throw corruptFile(path, `its header claims ${headerBytes} bytes but the file is shorter`);

  const dataStart = 8 + headerBytes;
  const header = headerFrom(await readBytes(source, 8, headerBytes), size - dataStart, path);
  const tensors = new Map<string, StoredTensor>();
  for (const info of header.tensors) {
    check();
    const bytes = await readBytes(source, dataStart + info.begin, info.end - info.begin);
    tensors.set(info.name, { shape: info.shape, data: elementsOf(info, bytes, path) });
  }
  return { tensors, metadata: header.metadata };
}

function headerFrom(bytes: Uint8Array, dataBytes: number, path: string): SafetensorsHeader {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw corruptFile(path, 'its header is not UTF-8 text');
  }
  try {
    return parseHeader(text, dataBytes);
  } catch (error) {
    if (error instanceof JsonScanError) throw corruptFile(path, error.message);
    throw error;
  }
}

function elementsOf(info: TensorInfo, bytes: Uint8Array, path: string): Float32Array {
  // Every platform this runs on is little-endian, as the format is.
  if (info.dtype === 'F32') return new Float32Array(bytes.buffer, bytes.byteOffset, info.elements);
  try {
    return toFloat32(info.dtype, bytes);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw corruptFile(path, `tensor ${JSON.stringify(info.name)}: ${error.message}`);
  }
}

async function readBytes(source: ByteSource, position: number, length: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(length);
  await source.readInto(bytes, position);
  return bytes;
}

/**
 * Writes a safetensors file of 32-bit floats: tensors in the map's order, so the same map gives the same bytes.
 *
 * @param target the path of a file that does not exist yet, or an open file (which is left open)
 */
export async function writeSafetensors(
  target: string | WritableFile,
  tensors: TensorMap,
  metadata: ReadonlyMap<string, string> = new Map(),
): Promise<void> {
  if (typeof target !== 'string') {
    await writeTo(target, tensors, metadata);
    return;
  }
  const file = await nodeFileSystem.createFile(target);
  try {
    await writeTo(file, tensors, metadata);
    await file.sync();
  } finally {
    await file.close();
  }
}

async function writeTo(
  file: WritableFile,
  tensors: TensorMap,
  metadata: ReadonlyMap<string, string>,
): Promise<void> {
  await file.write(headerOf(tensors, metadata));
  for (const { data } of tensors.values()) {
    await file.write(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  }
}

function headerOf(tensors: TensorMap, metadata: ReadonlyMap<string, string>): Uint8Array {
  // Members are put together as text: an object would lose a tensor named `__proto__` and sort one named `1`.
  const member = (name: string, value: unknown) => `${JSON.stringify(name)}:${JSON.stringify(value)}`;
  const members: string[] = [];
  if (metadata.size > 0) {
    const entries = [...metadata].map(([name, value]) => member(name, value));
    members.push(`"__metadata__":{${entries.join(',')}}`);
  }
  let position = 0;
  for (const [name, { shape, data }] of tensors) {
    const elements = shape.reduce((product, size) => product * size, 1);
    if (name === '__metadata__' || elements !== data.length) {
      throw new Error(`Tensor ${name} of shape [${shape.join(', ')}] cannot hold ${data.length} numbers.`);
    }
    const end = position + data.byteLength;
    members.push(member(name, { dtype: 'F32', shape, data_offsets: [position, end] }));
    position = end;
  }
  const json = Buffer.from(`{${members.join(',')}}`);
  // Spaces up to a multiple of 8, so that the numbers can be used where they lie.
  const length = Math.ceil(json.length / 8) * 8;
  const header = Buffer.alloc(8 + length, ' ');
  header.writeBigUInt64LE(BigInt(length));
  json.copy(header, 8);
  return header;
}
