/**
 * The nine tokens that are not words, in the order of their ids (fastai 1.0.61, `defaults.text_spec_tok`).
 * `xxmaj`, `xxup`, `xxrep N` and `xxwrep N` stand before the word they describe.
 */

/** Any word that the vocabulary does not hold. */
export const UNK = 'xxunk';
/** Fills short rows of a batch. */
export const PAD = 'xxpad';
/** Start of a text. */
export const BOS = 'xxbos';
/** End of a text; written only on request. */
export const EOS = 'xxeos';
/** `xxfld k`: the k-th column of a row starts here. */
export const FLD = 'xxfld';
/** The next word was Capitalised. */
export const TK_MAJ = 'xxmaj';
/** The next word was ALL CAPITALS. */
export const TK_UP = 'xxup';
/** `xxrep N c`: the character c stood there N times. */
export const TK_REP = 'xxrep';
/** `xxwrep N w`: the word w stood there N times. */
export const TK_WREP = 'xxwrep';

export const specialTokens: readonly string[] = [UNK, PAD, BOS, EOS, FLD, TK_MAJ, TK_UP, TK_REP, TK_WREP];

/** Fills a vocabulary up to a multiple of eight; no text contains it unless a user writes it. */
export const FAKE = 'xxfake';

export const unkId = 0;
export const padId = 1;
export const bosId = 2;
