import { UlmfitError } from '../../errors';
import type { Connection } from '../../protocol/connection';
import { saveEnsembleOf } from '../../store/ensemble';
import { pretrainedModel, pretrainedModels } from '../../store/pretrainedModels';
import type { Store } from '../../store/store';
import type { Tasks } from '../tasks';
import { downloadPretrained } from './downloadPretrained';
import { exportModel } from './exportModel';
import { importModel } from './importModel';

/** Answers the requests that bring models into the store from elsewhere, out of it, and together. */
export function answerModelFiles(connection: Connection, store: () => Store, tasks: Tasks): void {
  connection.onRequest('download-pretrained', ({ task: name, name: wanted, url }) =>
    tasks.run(name, (task) => {
      const model = pretrainedModel(wanted);
      if (!model) {
        throw new UlmfitError(
          'bad-setting',
          `There is no pretrained model named "${wanted}".`,
          `There are: ${pretrainedModels.map((each) => each.name).join(', ')}.`,
        );
      }
      return downloadPretrained(store(), model, url, task);
    }),
  );
  connection.onRequest('import-model', ({ task: name, ...request }) =>
    tasks.run(name, (task) => importModel(store(), request, task)),
  );
  connection.onRequest('export-model', ({ task: name, ...request }) =>
    tasks.run(name, (task) => exportModel(store(), request, task)),
  );
  connection.onRequest('make-ensemble', async ({ name, models, replace }) => ({
    name,
    members: await saveEnsembleOf(store(), name, models, replace),
  }));
}
