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
  temperature: number;
  target: 'document' | 'editor';
}

const longestPrompt = 1000;

/** Lets a language model continue a text, in a new document or at the cursor. */
export async function generateText(services: Services, given: unknown): Promise<void> {
  if (!(await hasEncoder(services))) return;
  const editor = vscode.window.activeTextEditor;
  const draft = { ...firstDraft(editor), ...encoderMeant(given) };
  const { entries } = await services.store.encoders.list();
  const steps: Step<MultiStep, Draft>[] = [
    ...(draft.encoder === undefined ? [chooseEncoder<Draft>(entries)] : []),
    { ask: askPrompt },
    { ask: askWords },
    { ask: askTemperature },
    { ask: askTarget, applies: () => editor !== undefined },
  ];
  if (!(await runSteps(new MultiStep(vscode.l10n.t('Generate Text')), steps, draft))) return;
  const { encoder, prompt, words, temperature, target } = draft;
  if (encoder === undefined) return;
  const { inference, log } = services;
  const seed = chosenSeed();
  const title = { template: vscode.l10n.t('“{0}” is writing'), values: [encoder] };
  const answer = await withTaskProgress(inference, title, (task) =>
    inference.request('generate', { task, encoder, text: prompt, words, temperature, seed }),
  );
  if (!answer) return;
  log.info(`"${encoder}" wrote ${words} words at temperature ${temperature} with seed ${seed}.`);
  await put(answer.text, target === 'editor' ? editor : undefined, prompt);
}

/** What the settings say, with the selected text as the beginning. */
function firstDraft(editor: vscode.TextEditor | undefined): Draft {
  const settings = vscode.workspace.getConfiguration('ulmfit');
  const selected = editor?.document.getText(editor.selection).slice(0, longestPrompt) ?? '';
  const prompt = selected.replace(/\s+/gu, ' ').trim();
  return {
    prompt,
    words: settings.get<number>('generate.words', 50),
    temperature: settings.get<number>('generate.temperature', 0.7),
    target: 'document',
  };
}

function encoderMeant(given: unknown): { encoder?: string } {
  return isExplorerNode(given) && given.kind === 'encoder' ? { encoder: given.name } : {};
}

/** The setting's, so that a text can be made again; another one each time where it names none. */
function chosenSeed(): number {
  const seed = vscode.workspace.getConfiguration('ulmfit').get<number | null>('generate.seed', null);
  return typeof seed === 'number' && seed >= 0 ? Math.floor(seed) : Math.floor(Math.random() * 2 ** 31);
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

async function askTemperature(ui: MultiStep, draft: Draft, place: StepPlace): Promise<StepOutcome> {
  const placeholder = vscode.l10n.t(
    'Temperature: 1 writes as the model has learned it; less keeps to frequent words, more dares rare ones',
  );
  const answer = await ui.input({ placeholder, ...place }, String(draft.temperature), (text) =>
    temperatureOf(text) === undefined ? vscode.l10n.t('A number above 0, up to 5, such as 0.7.') : undefined,
  );
  if (answer === 'back' || answer === 'cancel') return answer;
  draft.temperature = temperatureOf(answer.value) ?? draft.temperature;
  return 'next';
}

function temperatureOf(text: string): number | undefined {
  const value = Number(text.trim().replace(',', '.'));
  return value > 0 && value <= 5 ? value : undefined;
}

async function askTarget(ui: MultiStep, draft: Draft, place: StepPlace): Promise<StepOutcome> {
  const answer = await ui.pickOne(
    { placeholder: vscode.l10n.t('Where the text is to stand'), ...place },
    [
      {
        target: 'document' as const,
        label: vscode.l10n.t('In a New Document'),
        iconPath: new vscode.ThemeIcon('new-file'),
      },
      {
        target: 'editor' as const,
        label: vscode.l10n.t('At the Cursor'),
        description: vscode.l10n.t('behind what is selected'),
        iconPath: new vscode.ThemeIcon('edit'),
      },
    ],
    ({ target }) => target === draft.target,
  );
  if (answer === 'back' || answer === 'cancel') return answer;
  draft.target = answer.value.target;
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
