import * as v from 'valibot';
import * as vscode from 'vscode';
import { UlmfitError } from '../errors';
import { modelInfo } from './createApi';
import type { Editor } from './editor/editorCommands';
import { escapedMarkdown } from './explorer/plainText';
import type { Services } from './services';

const mostTexts = 100;
const classifyInput = v.object({
  texts: v.pipe(v.array(v.string()), v.minLength(1), v.maxLength(mostTexts)),
  model: v.optional(v.string()),
});

/** Lets chat agents classify with the user's models, and learn which there are. */
export function registerLanguageModelTools({ log }: Services, editor: Editor): vscode.Disposable {
  // Editors built on VS Code may lack language models.
  const { lm } = vscode as Partial<typeof vscode>;
  if (typeof lm?.registerTool !== 'function') return vscode.Disposable.from();
  const { classifier } = editor;
  return vscode.Disposable.from(
    lm.registerTool<unknown>('classify_text', {
      prepareInvocation: ({ input }) => {
        const parsed = v.safeParse(classifyInput, input);
        const count = parsed.success ? parsed.output.texts.length : 0;
        const model = parsed.success ? parsed.output.model : undefined;
        // Shown as Markdown in a chat and as plain text in a dialog, so only the name is escaped.
        const question = new vscode.MarkdownString(
          model === undefined
            ? vscode.l10n.t('Classify {0} texts on this machine with the model in use?', count)
            : vscode.l10n.t(
                'Classify {0} texts on this machine with the model “{1}”?',
                count,
                escapedMarkdown(model),
              ),
        );
        return {
          invocationMessage: vscode.l10n.t('Classifying {0} texts', count),
          confirmationMessages: { title: vscode.l10n.t('Classify texts'), message: question },
        };
      },
      invoke: ({ input }, token) =>
        answered(token, log, async () => {
          const parsed = v.safeParse(classifyInput, input);
          if (!parsed.success) {
            throw new UlmfitError(
              'bad-setting',
              `The input of classify_text is wrong: ${v.summarize(parsed.issues)}`,
              `Give "texts", 1 to ${mostTexts} strings, and, if wanted, "model", a name from list_models.`,
            );
          }
          return editor.classify(parsed.output.texts, parsed.output.model);
        }),
    }),
    lm.registerTool<unknown>('list_models', {
      prepareInvocation: () => ({ invocationMessage: vscode.l10n.t('Listing the classifiers') }),
      invoke: (_options, token) =>
        answered(token, log, async () => (await classifier.models()).map(modelInfo)),
    }),
  );
}

/** The answer as JSON. An error tells the agent what to do about it. */
async function answered(
  token: vscode.CancellationToken,
  log: vscode.LogOutputChannel,
  answer: () => Promise<unknown>,
): Promise<vscode.LanguageModelToolResult> {
  try {
    const result = await answer();
    if (token.isCancellationRequested) throw new vscode.CancellationError();
    return new vscode.LanguageModelToolResult([new vscode.LanguageModelTextPart(JSON.stringify(result))]);
  } catch (error) {
    if (!(error instanceof UlmfitError)) throw error;
    log.warn(`${error.message} ${error.remedy}`);
    throw new Error(`${error.message} ${error.remedy}`, { cause: error });
  }
}
