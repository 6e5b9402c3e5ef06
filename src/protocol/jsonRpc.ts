import * as v from 'valibot';
import { errorCodes, UlmfitError } from '../errors';
import { asUlmfitError } from '../systemErrors';
import { message } from './fields';

/** The messages of JSON-RPC 2.0, with the ids that we give: counting numbers. */
const id = v.pipe(v.number(), v.safeInteger(), v.minValue(1));
const version = v.literal('2.0');
const method = v.pipe(v.string(), v.minLength(1), v.maxLength(100));

const requestMessage = v.object({ jsonrpc: version, id, method, params: v.optional(v.unknown()) });
const notificationMessage = v.strictObject({ jsonrpc: version, method, params: v.optional(v.unknown()) });
const resultMessage = v.strictObject({ jsonrpc: version, id, result: v.unknown() });
const errorObject = v.object({
  code: v.number(),
  message,
  /** What an UlmfitError has besides its message. */
  data: v.optional(v.object({ code: v.picklist(errorCodes), remedy: message })),
});
const errorMessage = v.strictObject({ jsonrpc: version, id: v.nullable(id), error: errorObject });

export const rpcMessage = v.union([requestMessage, notificationMessage, resultMessage, errorMessage]);
export type RpcMessage = v.InferOutput<typeof rpcMessage>;
export type RpcErrorObject = v.InferOutput<typeof errorObject>;

/** Codes of JSON-RPC 2.0, and one of the range left to applications. */
export const rpcCodes = {
  parseError: -32700,
  invalidRequest: -32600,
  methodNotFound: -32601,
  invalidParams: -32602,
  internalError: -32603,
  ulmfitError: -32000,
} as const;

/** What was thrown, as the error of a reply. */
export function errorObjectOf(error: unknown): RpcErrorObject {
  const thrown = asUlmfitError(error);
  if (thrown instanceof UlmfitError) {
    const data = { code: thrown.code, remedy: thrown.remedy.slice(0, 10_000) };
    return { code: rpcCodes.ulmfitError, message: thrown.message.slice(0, 10_000), data };
  }
  const text = thrown instanceof Error ? thrown.message : String(thrown);
  return { code: rpcCodes.internalError, message: text.slice(0, 10_000) };
}

/** The error of a reply, as something to throw. */
export function errorFrom(error: RpcErrorObject): UlmfitError {
  if (error.data) return new UlmfitError(error.data.code, error.message, error.data.remedy);
  const known = error.code === rpcCodes.internalError ? 'trainer-failed' : 'protocol';
  return new UlmfitError(
    known,
    error.message,
    'This is a defect in ULMFiT. Please report it with this message.',
  );
}
