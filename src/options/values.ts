import * as v from 'valibot';

/** The bounded values that settings and messages are made of. */
export const maximumNameLength = 255;
export const maximumPathLength = 32_768;

export const name = v.pipe(v.string(), v.minLength(1), v.maxLength(maximumNameLength));
export const path = v.pipe(v.string(), v.minLength(1), v.maxLength(maximumPathLength));
export const paths = v.pipe(v.array(path), v.minLength(1), v.maxLength(10_000));
export const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
export const positive = v.pipe(v.number(), v.safeInteger(), v.minValue(1));
export const rate = v.pipe(v.number(), v.finite(), v.gtValue(0));
export const amount = v.pipe(v.number(), v.finite(), v.minValue(0));
/** A part of the whole, neither none nor all of it. */
export const fraction = v.pipe(v.number(), v.gtValue(0), v.ltValue(1));

/** Far beyond what anybody waits for, so that the number of steps is a number. */
export const epochs = v.pipe(count, v.maxValue(1_000_000));
export const someEpochs = v.pipe(epochs, v.minValue(1));
