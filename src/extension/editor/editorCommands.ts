import * as vscode from 'vscode';
import { UlmfitError } from '../../errors';
import type { Classification } from '../api';
import { showError, type CommandHandlers } from '../commands';
import type { Subscription } from '../listeners';
import type { Services } from '../services';
import { chooseModel, modelToUse } from './chooseModel';
import { ClassifiedLines } from './classifiedLines';
import { Classifier } from './classifier';
import { classifyFile } from './classifyFile';
import { classifySelection } from './classifySelection';
import { Passages } from './passages';
import { WordsOfPassages } from './wordsOfPassages';

/** What the editor's part of the extension offers to the others. */
export interface Editor extends Subscription {
  readonly commands: CommandHandlers;
  readonly classifier: Classifier;
  /** @param model a name; the model chosen, else the one saved last, if left out */
  classify(texts: readonly string[], model?: string): Promise<Classification[]>;
}

/** Classifying in editors and files. Starts no process and reads nothing until a command is called. */
export function registerEditor(services: Services): Editor {
  const classifier = new Classifier(services);
  const onError = (error: unknown) => {
    void showError(error, services.log);
  };
  const passages = new Passages();
  const words = new WordsOfPassages(classifier, passages, onError);
  const lines = new ClassifiedLines(classifier, onError);
  const parts = vscode.Disposable.from(words, lines, passages);
  return {
    classifier,
    classify: (texts, model) => classifier.classify(texts, model),
    dispose: () => {
      parts.dispose();
    },
    commands: {
      classifySelection: async () => {
        await classifySelection(classifier, passages);
        words.explain();
      },
      classifyLines: async () => {
        const { document } = activeEditor();
        const model = await modelToUse(classifier, document.uri);
        if (model) await lines.classify(document, model);
      },
      classifyFile: (subject: unknown) => classifyFile(services, classifier, subject),
      chooseModel: (node: unknown) => chooseModel(classifier, node),
      clearClassifications: () => {
        const { document } = activeEditor();
        passages.clear(document);
        lines.clear(document);
      },
      toggleAttention: () => {
        words.toggle();
      },
    },
  };
}

function activeEditor(): vscode.TextEditor {
  const editor = vscode.window.activeTextEditor;
  if (editor) return editor;
  throw new UlmfitError(
    'no-texts',
    vscode.l10n.t('No editor is open to classify in.'),
    vscode.l10n.t('Open a text first.'),
  );
}
