/**
 * Finds what the trainer, the store and the readers say to users: the sentences of files that make `UlmfitError`s,
 * warnings or reasons. They are written in English where they arise; the extension says them in its user's language.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';

export const root = join(import.meta.dirname, '..', '..');

/** Sentences that take one of few words, written out: in another language the word changes the sentence. */
const writtenOut = [
  ...['encoder', 'model', 'run'].flatMap((kind) => [
    `There is no ${kind} named "{0}".`,
    `The store has no ${kind} yet.`,
  ]),
  ...['done', 'cancelled'].map((state) => `The run "{0}" is ${state}: there is nothing to resume.`),
  'There are no labelled texts to train on.',
  'There are no texts to train on.',
  // The name of a phase, and of checks.
  'head',
  'machine',
  'store',
];

/** Sentences and clauses with `{0}`, `{1}` in place of values, each once, in order. */
export function messageTemplates(): string[] {
  const folder = join(root, 'src');
  const found = readdirSync(folder, { recursive: true })
    .map(String)
    .map((file) => file.replaceAll('\\', '/'))
    .filter(
      (file) => file.endsWith('.ts') && !file.endsWith('.test.ts') && !/^(cli\/|ulmfit|errors)/u.test(file),
    )
    .map((file) => ({ file, text: readFileSync(join(folder, file), 'utf8') }))
    .filter(({ file, text }) => speaksToUsers(file, text))
    .flatMap(({ file, text }) => sentencesOf(file, text));
  return [...new Set([...found, ...writtenOut])].sort((a, b) => (a < b ? -1 : 1));
}

function speaksToUsers(file: string, text: string): boolean {
  // What imports vscode translates by itself.
  if (file.startsWith('extension/'))
    return text.includes('new UlmfitError') && !text.includes("from 'vscode'");
  const isTold = file.startsWith('trainer/') || file === 'training/recipe.ts';
  return isTold || /UlmfitError|RowIssue|\breason\b|\bremedy\b/u.test(text);
}

function sentencesOf(file: string, text: string): string[] {
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    if (isForPrograms(node)) return;
    const whole = template(node);
    if (whole !== undefined) {
      if (isSentence(whole.text)) found.push(whole.text);
      // Values may be sentences themselves.
      for (const value of whole.values) visit(value);
      return;
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

/** Names of modules and of streams of random numbers, defects, schemas, log lines, and what is translated where it stands. */
function isForPrograms(node: ts.Node): boolean {
  if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node) || ts.isTypeNode(node)) return true;
  if (ts.isNewExpression(node)) return /^(Error|TypeError|RangeError)$/u.test(node.expression.getText());
  return (
    ts.isCallExpression(node) &&
    /(\bnamed|^v\..*|\blog|\bl10n\.t|^t|^createHash|\bsetAttribute)$/u.test(node.expression.getText())
  );
}

/** A literal, a template or several put together by `+`; undefined for anything else. */
function template(node: ts.Node): { text: string; values: ts.Node[] } | undefined {
  const parts = partsOf(node);
  if (!parts?.some((part) => typeof part === 'string')) return undefined;
  const values: ts.Node[] = [];
  const text = parts.map((part) => (typeof part === 'string' ? part : `{${values.push(part) - 1}}`)).join('');
  // What is put behind a sentence is a sentence of its own, and is recognised as one.
  return { text: text.replace(/(?<=[.!?])\{\d+\}$/u, ''), values };
}

function partsOf(node: ts.Node): (string | ts.Node)[] | undefined {
  if (ts.isStringLiteralLike(node)) return [node.text];
  if (ts.isTemplateExpression(node)) {
    return [node.head.text, ...node.templateSpans.flatMap((span) => [span.expression, span.literal.text])];
  }
  if (ts.isParenthesizedExpression(node)) return partsOf(node.expression);
  if (ts.isBinaryExpression(node) && node.operatorToken.kind === ts.SyntaxKind.PlusToken) {
    const [left, right] = [partsOf(node.left), partsOf(node.right)];
    if (!left && !right) return undefined;
    return [...(left ?? [node.left]), ...(right ?? [node.right])];
  }
  return undefined;
}

/** At least two words, or one beside a value. */
function isSentence(text: string): boolean {
  if (text.includes('\n') || text.length > 600) return false;
  const plain = text.replace(/\{\d+\}/gu, ' ');
  const count = (plain.match(/\p{L}{2,}/gu) ?? []).length;
  return count >= 2 && /\s/u.test(text)
    ? /(^|[\s“"(])\p{L}+([\s,.:;]|$)/u.test(plain)
    : /\p{L}{3,} \{|\} \p{L}{3,}/u.test(text);
}
