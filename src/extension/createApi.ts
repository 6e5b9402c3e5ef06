import type { ModelInfo, UlmfitApi } from './api';
import type { Classifier } from './editor/classifier';
import type { Services } from './services';

/** The object that `activate()` returns. */
export function createApi(services: Services, classifier: Classifier): UlmfitApi {
  return {
    version: 1,
    classify: (texts, options) => classifier.classify(texts, options?.model),
    listModels: async () => (await classifier.models()).map(modelInfo),
    onDidChangeModels: services.onDidChangeStore,
  };
}

type StoredModel = Awaited<ReturnType<Classifier['models']>>[number];

export function modelInfo({ name, manifest }: StoredModel): ModelInfo {
  const { classes, createdAt, metrics, lineage } = manifest;
  return {
    name,
    classes,
    createdAt,
    metrics,
    ...(lineage.encoder === undefined ? {} : { encoder: lineage.encoder }),
  };
}
