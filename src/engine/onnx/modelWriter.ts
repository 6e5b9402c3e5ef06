/**
 * Writes ONNX models as bytes. The kernels of this engine are small graphs that are put together at run time, so the
 * dozen message fields they need are written straight to the protobuf wire instead of carrying the whole schema.
 * Field numbers: onnx.proto (ONNX IR version 8).
 */
import { Writer } from 'protobufjs/minimal';

/** Opset 18 has the two-input `ReduceSum`/`ReduceMax` and is read by every ONNX Runtime since 1.14. */
const opset = 18;
const irVersion = 8;

/** ONNX element types, by their TensorProto numbers. */
export const elementType = { float: 1, int32: 6, int64: 7, bool: 9 } as const;
export type ElementType = keyof typeof elementType;

/** A dimension: a number where the graph depends on it, a name where any size will do. */
export type Dimension = number | string;

export type Attribute =
  | { readonly kind: 'int'; readonly value: number }
  | { readonly kind: 'float'; readonly value: number }
  | { readonly kind: 'ints'; readonly value: readonly number[] }
  | { readonly kind: 'graph'; readonly value: Graph };

export const int = (value: number): Attribute => ({ kind: 'int', value });
export const float = (value: number): Attribute => ({ kind: 'float', value });
export const ints = (...value: number[]): Attribute => ({ kind: 'ints', value });
export const subgraph = (value: Graph): Attribute => ({ kind: 'graph', value });

type Attributes = Readonly<Record<string, Attribute>>;

interface ValueInfo {
  readonly name: string;
  readonly type: ElementType;
  /** Left out: the shape is inferred. */
  readonly dimensions: readonly Dimension[] | undefined;
}

interface GraphNode {
  readonly operator: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Attributes;
}

interface Initializer {
  readonly name: string;
  readonly type: 'float' | 'int64';
  readonly dimensions: readonly number[];
  readonly values: readonly number[];
}

/** Operators of ONNX Runtime's own domain that the kernels use; all others are standard ONNX. */
const microsoftOperators: ReadonlySet<string> = new Set(['FusedMatMul']);

/** A graph under construction. Values are referred to by name; a body of a `Scan` may name values of the outer graph. */
export class Graph {
  readonly #inputs: ValueInfo[] = [];
  readonly #outputs: ValueInfo[] = [];
  readonly #nodes: GraphNode[] = [];
  readonly #initializers: Initializer[] = [];

  /** `name` also begins every generated value name, which keeps the names of a body and its outer graph apart. */
  constructor(readonly name: string) {}

  get outputNames(): string[] {
    return this.#outputs.map((output) => output.name);
  }

  input(name: string, type: ElementType, dimensions?: readonly Dimension[]): string {
    this.#inputs.push({ name, type, dimensions });
    return name;
  }

  /** Makes the value `name` an output of the graph. */
  output(name: string, type: ElementType = 'float', dimensions?: readonly Dimension[]): string {
    this.#outputs.push({ name, type, dimensions });
    return name;
  }

  /** A constant known when the graph is built. */
  constant(type: 'float' | 'int64', dimensions: readonly number[], values: readonly number[]): string {
    const name = `${this.name}_constant${this.#initializers.length}`;
    this.#initializers.push({ name, type, dimensions, values });
    return name;
  }

  /** Adds a node with one output and returns the output's name (`outputName`, or a generated one). */
  op(
    operator: string,
    inputs: readonly string[],
    attributes: Attributes = {},
    outputName = `${this.name}_value${this.#nodes.length}`,
  ): string {
    this.#nodes.push({ operator, inputs, outputs: [outputName], attributes });
    return outputName;
  }

  /** Adds a node with several outputs. */
  multi(
    operator: string,
    inputs: readonly string[],
    outputs: readonly string[],
    attributes: Attributes = {},
  ): void {
    this.#nodes.push({ operator, inputs, outputs, attributes });
  }

  /** GraphProto. */
  write(writer: Writer): Writer {
    for (const node of this.#nodes) writeNode(writer.uint32(tag(1, bytes)).fork(), node).ldelim();
    writer.uint32(tag(2, bytes)).string(this.name);
    for (const item of this.#initializers) {
      writeInitializer(writer.uint32(tag(5, bytes)).fork(), item).ldelim();
    }
    for (const item of this.#inputs) writeValueInfo(writer.uint32(tag(11, bytes)).fork(), item).ldelim();
    for (const item of this.#outputs) writeValueInfo(writer.uint32(tag(12, bytes)).fork(), item).ldelim();
    return writer;
  }
}

/** The bytes of a ModelProto with `graph` as its main graph. */
export function modelBytes(graph: Graph): Uint8Array {
  const writer = Writer.create();
  writer.uint32(tag(1, varint)).int64(irVersion);
  graph.write(writer.uint32(tag(7, bytes)).fork()).ldelim();
  writer
    .uint32(tag(8, bytes))
    .fork()
    .uint32(tag(1, bytes))
    .string('')
    .uint32(tag(2, varint))
    .int64(opset)
    .ldelim();
  writer
    .uint32(tag(8, bytes))
    .fork()
    .uint32(tag(1, bytes))
    .string('com.microsoft')
    .uint32(tag(2, varint))
    .int64(1)
    .ldelim();
  return writer.finish();
}

// Protobuf wire types.
const varint = 0;
const bytes = 2;
const fixed32 = 5;

function tag(field: number, wireType: number): number {
  return (field << 3) | wireType;
}

function writeNode(writer: Writer, node: GraphNode): Writer {
  for (const input of node.inputs) writer.uint32(tag(1, bytes)).string(input);
  for (const output of node.outputs) writer.uint32(tag(2, bytes)).string(output);
  writer.uint32(tag(4, bytes)).string(node.operator);
  for (const [name, attribute] of Object.entries(node.attributes)) {
    writeAttribute(writer.uint32(tag(5, bytes)).fork(), name, attribute).ldelim();
  }
  if (microsoftOperators.has(node.operator)) writer.uint32(tag(7, bytes)).string('com.microsoft');
  return writer;
}

function writeAttribute(writer: Writer, name: string, attribute: Attribute): Writer {
  writer.uint32(tag(1, bytes)).string(name);
  // Each case ends with AttributeProto.type, which newer readers demand.
  const type = tag(20, varint);
  switch (attribute.kind) {
    case 'float':
      return writer.uint32(tag(2, fixed32)).float(attribute.value).uint32(type).int32(1);
    case 'int':
      return writer.uint32(tag(3, varint)).int64(attribute.value).uint32(type).int32(2);
    case 'graph':
      return attribute.value
        .write(writer.uint32(tag(6, bytes)).fork())
        .ldelim()
        .uint32(type)
        .int32(5);
    case 'ints':
      for (const value of attribute.value) writer.uint32(tag(8, varint)).int64(value);
      return writer.uint32(type).int32(7);
  }
}

function writeInitializer(writer: Writer, { name, type, dimensions, values }: Initializer): Writer {
  for (const dimension of dimensions) writer.uint32(tag(1, varint)).int64(dimension);
  writer.uint32(tag(2, varint)).int32(elementType[type]);
  if (type === 'float') {
    for (const value of values) writer.uint32(tag(4, fixed32)).float(value);
  } else {
    for (const value of values) writer.uint32(tag(7, varint)).int64(value);
  }
  return writer.uint32(tag(8, bytes)).string(name);
}

function writeValueInfo(writer: Writer, { name, type, dimensions }: ValueInfo): Writer {
  writer.uint32(tag(1, bytes)).string(name);
  writer.uint32(tag(2, bytes)).fork(); // TypeProto
  writer.uint32(tag(1, bytes)).fork(); // TypeProto.Tensor
  writer.uint32(tag(1, varint)).int32(elementType[type]);
  if (dimensions) {
    writer.uint32(tag(2, bytes)).fork(); // TensorShapeProto
    for (const dimension of dimensions) {
      writer.uint32(tag(1, bytes)).fork();
      if (typeof dimension === 'number') writer.uint32(tag(1, varint)).int64(dimension);
      else writer.uint32(tag(2, bytes)).string(dimension);
      writer.ldelim();
    }
    writer.ldelim();
  }
  return writer.ldelim().ldelim();
}
