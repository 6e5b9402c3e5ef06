import type * as vscode from 'vscode';

/**
 * What another extension gets from `vscode.extensions.getExtension<UlmfitApi>('ulmfit.ulmfit-vscode')?.activate()`.
 *
 * A later version adds to this, or raises `version`: compare it before anything else.
 */
export interface UlmfitApi {
  readonly version: 1;

  /**
   * Classifies texts on this machine, in a process of its own that starts with the first call and ends when idle.
   * Classifying goes on while a model is trained.
   *
   * @param texts in any number and of any length up to eight million characters each
   * @param options `model`: the name of a model; if left out, the one the user has chosen, else the one saved last
   * @returns one answer for each text, in their order
   * @throws an `Error` with a `code` (`not-found`, `corrupt-file`, `trainer-failed`, …), a `message` that names the cause
   * and a `remedy` that says what to do
   */
  classify(texts: readonly string[], options?: { model?: string }): Promise<Classification[]>;

  /** The models that can be read, by name. Models whose files are damaged are left out. */
  listModels(): Promise<ModelInfo[]>;

  /** Models were trained, renamed or deleted, by this window or by any other program. May fire once too often. */
  readonly onDidChangeModels: vscode.Event<void>;
}

/** The answer to one text. */
export interface Classification {
  /** The class with the highest probability. */
  readonly label: string;
  /** Its probability, between 0 and 1. */
  readonly probability: number;
  /** All classes, the most probable first; the probabilities add up to 1. */
  readonly probabilities: readonly ClassProbability[];
  /** The name of the model that answered. */
  readonly model: string;
}

export interface ClassProbability {
  readonly label: string;
  readonly probability: number;
}

export interface ModelInfo {
  readonly name: string;
  /** Label names in the order of the model's outputs. */
  readonly classes: readonly string[];
  /** When it was saved, as ISO 8601. */
  readonly createdAt: string;
  /** Measured on the validation rows, by exact name: `accuracy`, `macro_f1`, `valid_loss`, … */
  readonly metrics: Readonly<Record<string, number>>;
  /** The encoder it was trained on. */
  readonly encoder?: string;
}
