import * as vscode from 'vscode';
import { isExplorerNode } from '../explorer/nodes';
import type { Services } from '../services';
import { chooseEncoder } from './encoderStep';
import { MultiStep } from './multiStep';
import { runSteps, type Step, type StepOutcome, type StepPlace } from './stepSequence';
import { withTaskProgress } from './taskProgress';
import { hasEncoder } from './wizardCommands';

interface Draft {
  encoder?: string;
  prompt: string;
  words: number;
}

/** Below 1 the frequent words come more often, which reads better than what the model really says. */
const temperature = 0.7;
const longestPrompt = 1000;

/** Lets a language model continue a text, at the cursor or in a new document. */
export async function generateText(services: Services, given: unknown): Promise<void> {
  if (!(await hasEncoder(services))) return;
  const editor = vscode.window.activeTextEditor;
  const selected = editor?.document.getText(editor.selection).slice(0, longestPrompt) ?? '';
  const draft: Draft = { prompt: selected.replace(/\s+/gu, ' ').trim(), words: 50 };
  if (isExplorerNode(given) && given.kind === 'encoder') draft.encoder = given.name;
  const { entries } = await services.store.encoders.list();
  const steps: Step<MultiStep, Draft>[] = [
    ...(draft.encoder === undefined ? [chooseEncoder<Draft>(entries)] : []),
    { ask: askPrompt },
    { ask: askWords },
  ];
  if (!(await runSteps(new MultiStep(vscode.l10n.t('Generate Text')), steps, draft))) return;
  const { encoder, prompt, words } = draft;
  if (encoder === undefined) return;
  const { inference } = services;
  const seed = Math.floor(Math.random() * 2 ** 31);
  const answer = await withTaskProgress(inference, vscode.l10n.t('“{0}” is writing', encoder), (task) =>
    inference.request('generate', { task, encoder, text: prompt, words, temperature, seed }),
  );
  if (answer) await put(answer.text, editor, prompt);
}

async function askPrompt(ui: MultiStep, draft: Draft, place: StepPlace): Promise<StepOutcome> {
  const placeholder = vscode.l10n.t('How the text begins; empty for any beginning');
  const answer = await ui.input({ placeholder, ...place }, draft.prompt, () => undefined);
  if (answer === 'back' || answer === 'cancel') return answer;
  draft.prompt = answer.value;
  return 'next';
}

async function askWords(ui: MultiStep, draft: Draft, place: StepPlace): Promise<StepOutcome> {
  const placeholder = vscode.l10n.t('Number of words');
  const answer = await ui.input({ placeholder, ...place }, String(draft.words), (text) =>
    /^[1-9]\d{0,3}$/u.test(text.trim()) ? undefined : vscode.l10n.t('A whole number from 1 to 9999.'),
  );
  if (answer === 'back' || answer === 'cancel') return answer;
  draft.words = Number(answer.value);
  return 'next';
}

/** Behind the selection that was the prompt, at the cursor, or in a new document if none can be written to. */
async function put(text: string, editor: vscode.TextEditor | undefined, prompt: string): Promise<void> {
  if (editor && vscode.window.visibleTextEditors.includes(editor)) {
    const { selection } = editor;
    // A selection is the prompt and stays; what follows it is new.
    const inserted = selection.isEmpty ? text : text.slice(prompt.length);
    if (
      await editor.edit((edit) => {
        edit.insert(selection.end, inserted);
      })
    )
      return;
  }
  const document = await vscode.workspace.openTextDocument({ content: text });
  await vscode.window.showTextDocument(document);
}
