/** What an encoder or a model can be written as: the store's own files, fastai's, or one ONNX file. */
export const exportFormats = ['safetensors', 'fastai', 'onnx'] as const;
export type ExportFormat = (typeof exportFormats)[number];
