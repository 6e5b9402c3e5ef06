/** The sizes on offer, by the values of the setting `ulmfit.languageModel.size`. */
export const modelSizes = ['small', 'medium', 'full'] as const;
export type ModelSize = (typeof modelSizes)[number];

/** The shape of an AWD-LSTM, as the protocol names it. */
export interface ModelShape {
  readonly embSz: number;
  readonly nHid: number;
  readonly nLayers: number;
}

/** `full` is the shape of the paper (Howard & Ruder 2018, section 4.1); the others are for fewer texts or less time. */
export const modelShapes: Readonly<Record<ModelSize, ModelShape>> = {
  small: { embSz: 100, nHid: 200, nLayers: 2 },
  medium: { embSz: 200, nHid: 400, nLayers: 2 },
  full: { embSz: 400, nHid: 1152, nLayers: 3 },
};

/** The size that a setting names; `medium` if it names none. */
export function modelSize(setting: unknown): ModelSize {
  return modelSizes.find((size) => size === setting) ?? 'medium';
}
