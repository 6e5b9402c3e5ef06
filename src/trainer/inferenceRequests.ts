import { classify } from '../classifier/classify';
import { explain } from '../classifier/explain';
import { generate } from '../inference/generate';
import type { Connection } from '../protocol/connection';
import type { Store } from '../store/store';
import { tokenize } from '../text/tokenize';
import { prepareClassifier } from './classifierJob';
import { classifyFile } from './classifyFile';
import { prepareEncoder } from './encoderJob';
import { machineMemory } from './memoryCheck';
import { evaluateModel } from './evaluateModel';
import { findTrainingRate } from './findTrainingRate';
import type { LoadedModels } from './loadedModels';
import { answerModelFiles } from './modelFiles/modelFileRequests';
import { preview } from './preview';
import { reportFields } from './reportFields';
import { Tasks } from './tasks';

interface Session {
  readonly store: Store;
  readonly models: LoadedModels;
}

/**
 * Answers the requests that are no runs. They go on side by side, and each leaves the event loop free between its steps.
 * @param session throws before hello
 * @returns what goes on
 */
export function answerInference(connection: Connection, session: () => Session): Tasks {
  const tasks = new Tasks((task, done, total, stage) => {
    connection.notify('task-progress', { task, done, total, ...(stage === undefined ? {} : { stage }) });
  });
  connection.onRequest('cancel-task', ({ task }) => {
    tasks.cancel(task);
    return Promise.resolve({});
  });
  answerTexts(connection, session, tasks);
  answerFiles(connection, session, tasks);
  answerLearningRates(connection, session, tasks);
  answerModelFiles(connection, () => session().store, tasks);
  return tasks;
}

function answerTexts(connection: Connection, session: () => Session, tasks: Tasks): void {
  connection.onRequest('generate', ({ task: name, encoder, text, words, temperature, seed = 0 }) =>
    tasks.run(name, ({ shouldStop, report, check }) =>
      session().models.withEncoder(encoder, async ({ model, vocab, backwards }) => {
        check();
        let asked = 0;
        const stopBefore = () => {
          report(asked++, words);
          return shouldStop();
        };
        const options = { temperature, seed, backwards, shouldStop: stopBefore };
        const longer = await generate(model, vocab, text, words, options);
        check();
        return { text: longer };
      }),
    ),
  );
  connection.onRequest('classify', ({ task: name, model, texts }) =>
    tasks.run(name, ({ shouldStop, report }) =>
      session().models.withClassifier(model, async (classifier) => {
        const fields = texts.map((text) => [text]);
        const answers = await classify(classifier, fields, {
          shouldStop,
          onProgress: (done) => {
            report(done, texts.length);
          },
        });
        return {
          classes: [...classifier.classes],
          predictions: answers.map(({ label, probabilities }) => ({
            label,
            probabilities: [...probabilities.values()],
          })),
        };
      }),
    ),
  );
  connection.onRequest('explain', ({ model, text, label }) =>
    session().models.withClassifier(model, async (classifier) => {
      const explanation = await explain(classifier, [text], label);
      return {
        label: explanation.label,
        classes: [...classifier.classes],
        probabilities: [...explanation.probabilities],
        tokens: explanation.tokens.map(({ token }) => token),
        weights: explanation.tokens.map(({ weight }) => weight),
      };
    }),
  );
  connection.onRequest('tokenize', ({ texts }) => Promise.resolve({ tokens: texts.map(tokenize) }));
}

function answerFiles(connection: Connection, session: () => Session, tasks: Tasks): void {
  connection.onRequest('preview', ({ path, delimiter, encoding }) => preview(path, { delimiter, encoding }));
  connection.onRequest('classify-file', ({ task: name, model, file, text, out }) =>
    tasks.run(name, (task) =>
      session().models.withClassifier(model, async (classifier) => {
        const result = await classifyFile(classifier, file, text, out, task);
        return { ...result, issues: result.issues.map((issue) => ({ ...issue })) };
      }),
    ),
  );
  connection.onRequest('evaluate', ({ task: name, model, data, text, label }) =>
    tasks.run(name, (task) =>
      session().models.withClassifier(model, async (classifier) => {
        const { rows, issues, evaluation } = await evaluateModel(classifier, data, text, label, task);
        const { loss, accuracy, macroF1 } = evaluation;
        return {
          model,
          rows,
          metrics: { loss, accuracy, macro_f1: macroF1 },
          issues,
          ...reportFields(classifier.classes, evaluation),
        };
      }),
    ),
  );
}

function answerLearningRates(connection: Connection, session: () => Session, tasks: Tasks): void {
  connection.onRequest('find-lr', ({ task: name, name: encoder = 'unsaved', ...options }) =>
    tasks.run(name, (task) =>
      findTrainingRate(
        (onProgress) =>
          prepareEncoder(session().store, { ...options, name: encoder }, machineMemory(), onProgress),
        task,
      ),
    ),
  );
  connection.onRequest('find-classifier-lr', ({ task: name, name: model = 'unsaved', ...options }) =>
    tasks.run(name, (task) =>
      findTrainingRate(
        (onProgress) =>
          prepareClassifier(session().store, { ...options, name: model }, machineMemory(), onProgress),
        task,
      ),
    ),
  );
}
