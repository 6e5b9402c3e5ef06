import type { NamedVariables } from './namedTensors';

/**
 * The variables of a model from its lowest group to its highest, as fastai's `awd_lstm_lm_split` and
 * `awd_lstm_clas_split` cut it: freezing and discriminative learning rates go by these groups.
 */
export type LayerGroups = readonly NamedVariables[];

/** The variables that `freezeTo(n)` leaves trainable; a negative n counts from the top, as in Python. */
export function trainableVariables(groups: LayerGroups, n: number): NamedVariables {
  return new Map(groups.slice(n < 0 ? Math.max(groups.length + n, 0) : n).flatMap((group) => [...group]));
}

/** The group of every variable, by the variable's name. */
export function groupIndexes(groups: LayerGroups): ReadonlyMap<string, number> {
  return new Map(groups.flatMap((group, index) => [...group.keys()].map((name) => [name, index] as const)));
}
