/** The element types of a safetensors file that can be read. All come out as 32-bit floats. */
export const dtypes = ['F32', 'F64', 'F16', 'BF16', 'I64', 'I32', 'U8', 'BOOL'] as const;
export type Dtype = (typeof dtypes)[number];

export const bytesPerElement: Readonly<Record<Dtype, number>> = {
  F32: 4,
  F64: 8,
  F16: 2,
  BF16: 2,
  I64: 8,
  I32: 4,
  U8: 1,
  BOOL: 1,
};

export function isDtype(name: string): name is Dtype {
  return (dtypes as readonly string[]).includes(name);
}

/** The value of an IEEE 754 half-precision number given by its 16 bits. */
export function float16ToNumber(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction === 0 ? sign * Infinity : NaN;
  return sign * (1024 + fraction) * 2 ** (exponent - 25);
}

/**
 * Little-endian elements as 32-bit floats. F64 is rounded. Integers are rounded to the nearest float, exact up to
 * 2²⁴; an I64 beyond ±(2⁵³ − 1) is refused, because not even a number holds it.
 *
 * @param bytes the elements, as many as `bytes.byteLength / bytesPerElement[dtype]`
 * @throws RangeError for an I64 out of range
 */
export function toFloat32(dtype: Exclude<Dtype, 'F32'>, bytes: Uint8Array): Float32Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const size = bytesPerElement[dtype];
  const out = new Float32Array(bytes.byteLength / size);
  const elementAt = elementReader(dtype, view);
  for (let i = 0; i < out.length; i++) out[i] = elementAt(i * size);
  return out;
}

function elementReader(dtype: Exclude<Dtype, 'F32'>, view: DataView): (offset: number) => number {
  switch (dtype) {
    case 'F64':
      return (offset) => view.getFloat64(offset, true);
    case 'F16':
      return (offset) => float16ToNumber(view.getUint16(offset, true));
    case 'BF16': {
      // The upper half of a 32-bit float.
      const bits = new Uint32Array(1);
      const value = new Float32Array(bits.buffer);
      return (offset) => {
        bits[0] = view.getUint16(offset, true) << 16;
        return value[0] ?? 0;
      };
    }
    case 'I64':
      return (offset) => {
        const value = view.getBigInt64(offset, true);
        const number = Number(value);
        if (!Number.isSafeInteger(number)) throw new RangeError(`${value} is too large an integer`);
        return number;
      };
    case 'I32':
      return (offset) => view.getInt32(offset, true);
    case 'U8':
      return (offset) => view.getUint8(offset);
    case 'BOOL':
      return (offset) => (view.getUint8(offset) === 0 ? 0 : 1);
  }
}
