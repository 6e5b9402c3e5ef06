/** Finds what the extension says to its user: the calls of `l10n.t`, or of `t` where it was taken out of `l10n`. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';

export const root = join(import.meta.dirname, '..', '..');

export interface ShownString {
  /** `file:line` of its first use. */
  readonly place: string;
  /** The English text; undefined where it is put together, which cannot be translated. */
  readonly message: string | undefined;
  /** What the bundle has it under. */
  readonly key: string;
}

/** Every string shown by the sources of the extension, in order of files and lines. */
export function shownStrings(): ShownString[] {
  const folder = join(root, 'src', 'extension');
  return readdirSync(folder, { recursive: true })
    .map(String)
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'))
    .sort()
    .flatMap((file) => stringsOf(file, readFileSync(join(folder, file), 'utf8')));
}

function stringsOf(file: string, text: string): ShownString[] {
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
  const found: ShownString[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node) && /^(.*\bl10n\.)?t$/su.test(node.expression.getText(source))) {
      // `t(message, ...values)` passes on what is written elsewhere.
      if (node.arguments.some((argument) => ts.isSpreadElement(argument))) return;
      const { line } = source.getLineAndCharacterOfPosition(node.getStart(source));
      for (const string of stringsIn(node.arguments[0])) {
        found.push({ place: `${file}:${line + 1}`, ...string });
      }
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

/** One string, or both of `t(condition ? '…' : '…')`. */
function stringsIn(argument: ts.Expression | undefined): Pick<ShownString, 'message' | 'key'>[] {
  if (argument && ts.isParenthesizedExpression(argument)) return stringsIn(argument.expression);
  if (argument && ts.isConditionalExpression(argument)) {
    return [...stringsIn(argument.whenTrue), ...stringsIn(argument.whenFalse)];
  }
  return [stringOf(argument)];
}

/** Of `t('…', …)` or of `t({ message: '…', comment: ['…'] })`, whose comment is part of the key. */
function stringOf(argument: ts.Expression | undefined): Pick<ShownString, 'message' | 'key'> {
  if (argument === undefined || !ts.isObjectLiteralExpression(argument)) {
    const message = literal(argument);
    return { message, key: message ?? '' };
  }
  const property = (name: string) =>
    argument.properties.filter(ts.isPropertyAssignment).find((each) => each.name.getText() === name)
      ?.initializer;
  const message = literal(property('message'));
  const comment = property('comment');
  const comments = comment && ts.isArrayLiteralExpression(comment) ? [...comment.elements] : [comment];
  const written = comments.map((each) => literal(each) ?? '').join('');
  return { message, key: written === '' ? (message ?? '') : `${message ?? ''}/${written}` };
}

function literal(node: ts.Expression | undefined): string | undefined {
  if (node === undefined) return undefined;
  if (ts.isStringLiteralLike(node)) return node.text;
  if (ts.isBinaryExpression(node) && node.operatorToken.kind === ts.SyntaxKind.PlusToken) {
    const [left, right] = [literal(node.left), literal(node.right)];
    return left === undefined || right === undefined ? undefined : left + right;
  }
  return undefined;
}
