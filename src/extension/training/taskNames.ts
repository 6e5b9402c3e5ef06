import type { Task } from '../../options/taskFile';
import { takenName } from './nameSuggestion';

/** Names in the store, by what has them. */
export interface TakenNames {
  readonly encoders: readonly string[];
  readonly models: readonly string[];
}

/** The names of a task that others have, unless the task itself says that these may be replaced. */
export function namesInTheWay(
  { languageModel, classifier }: Task,
  { encoders, models }: TakenNames,
): string[] {
  return [
    languageModel && languageModel.replace !== true ? takenName(languageModel.name, encoders) : undefined,
    classifier && classifier.replace !== true ? takenName(classifier.name, models) : undefined,
  ].filter((name) => name !== undefined);
}

/** The task with leave to replace what has its names now. */
export function replacing({ languageModel, classifier }: Task): Task {
  return {
    ...(languageModel ? { languageModel: { ...languageModel, replace: true } } : {}),
    ...(classifier ? { classifier: { ...classifier, replace: true } } : {}),
  };
}

/** The task with numbers behind the names that are taken; the classifier follows its language model. */
export function keepingBoth({ languageModel, classifier }: Task, { encoders, models }: TakenNames): Task {
  const encoder = languageModel && freeName(languageModel.name, encoders);
  return {
    ...(languageModel && encoder !== undefined ? { languageModel: { ...languageModel, name: encoder } } : {}),
    ...(classifier
      ? {
          classifier: {
            ...classifier,
            name: freeName(classifier.name, models),
            encoder:
              encoder !== undefined && classifier.encoder === languageModel?.name
                ? encoder
                : classifier.encoder,
          },
        }
      : {}),
  };
}

function freeName(wanted: string, taken: readonly string[]): string {
  for (let count = 1; ; count++) {
    const name = count === 1 ? wanted : `${wanted}-${count}`;
    if (takenName(name, taken) === undefined) return name;
  }
}
