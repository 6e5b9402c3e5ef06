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
const elementType = { float: 1, int64: 7 } as const;

export type Attribute =
  | { readonly kind: 'int'; readonly value: number }
  | { readonly kind: 'ints'; readonly value: readonly number[] };

export const int = (value: number): Attribute => ({ kind: 'int', value });
export const ints = (...value: number[]): Attribute => ({ kind: 'ints', value });

type Attributes = Readonly<Record<string, Attribute>>;

interface GraphNode {
  readonly operator: string;
  readonly inputs: readonly string[];
  readonly output: string;
  readonly attributes: Attributes;
}

interface Initializer {
  readonly name: string;
  readonly dimensions: readonly number[];
  readonly values: readonly number[];
}

/** Operators of ONNX Runtime's own domain that the kernels use; all others are standard ONNX. */
const microsoftOperators: ReadonlySet<string> = new Set(['FusedMatMul']);

/** A graph under construction. Inputs and outputs are float tensors of any shape; values are referred to by name. */
export class Graph {
  readonly #inputs: string[] = [];
  readonly #outputs: string[] = [];
  readonly #nodes: GraphNode[] = [];
  readonly #initializers: Initializer[] = [];

  constructor(readonly name: string) {}

  input(name: string): string {
    this.#inputs.push(name);
    return name;
  }

  /** Makes the value `name` an output of the graph. */
  output(name: string): void {
    this.#outputs.push(name);
  }

  /** An int64 vector known when the graph is built, such as the axes of a sum. */
  constant(...values: number[]): string {
    const name = `constant${this.#initializers.length}`;
    this.#initializers.push({ name, dimensions: [values.length], values });
    return name;
  }

  /** Adds a node with one output and returns the output's name (`outputName`, or a generated one). */
  op(
    operator: string,
    inputs: readonly string[],
    attributes: Attributes = {},
    outputName = `value${this.#nodes.length}`,
  ): string {
    this.#nodes.push({ operator, inputs, output: outputName, attributes });
    return outputName;
  }

  /** GraphProto. */
  write(writer: Writer): Writer {
    for (const node of this.#nodes) writeNode(writer.uint32(tag(1, bytes)).fork(), node).ldelim();
    writer.uint32(tag(2, bytes)).string(this.name);
    for (const item of this.#initializers) {
      writeInitializer(writer.uint32(tag(5, bytes)).fork(), item).ldelim();
    }
    for (const name of this.#inputs) writeFloatValue(writer.uint32(tag(11, bytes)).fork(), name).ldelim();
    for (const name of this.#outputs) writeFloatValue(writer.uint32(tag(12, bytes)).fork(), name).ldelim();
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

function tag(field: number, wireType: number): number {
  return (field << 3) | wireType;
}

function writeNode(writer: Writer, node: GraphNode): Writer {
  for (const input of node.inputs) writer.uint32(tag(1, bytes)).string(input);
  writer.uint32(tag(2, bytes)).string(node.output);
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
    case 'int':
      return writer.uint32(tag(3, varint)).int64(attribute.value).uint32(type).int32(2);
    case 'ints':
      for (const value of attribute.value) writer.uint32(tag(8, varint)).int64(value);
      return writer.uint32(type).int32(7);
  }
}

function writeInitializer(writer: Writer, { name, dimensions, values }: Initializer): Writer {
  for (const dimension of dimensions) writer.uint32(tag(1, varint)).int64(dimension);
  writer.uint32(tag(2, varint)).int32(elementType.int64);
  for (const value of values) writer.uint32(tag(7, varint)).int64(value);
  return writer.uint32(tag(8, bytes)).string(name);
}

/** ValueInfoProto of a float tensor; without a shape, any will do. */
function writeFloatValue(writer: Writer, name: string): Writer {
  writer.uint32(tag(1, bytes)).string(name);
  writer.uint32(tag(2, bytes)).fork(); // TypeProto
  writer.uint32(tag(1, bytes)).fork(); // TypeProto.Tensor
  return writer.uint32(tag(1, varint)).int32(elementType.float).ldelim().ldelim();
}
