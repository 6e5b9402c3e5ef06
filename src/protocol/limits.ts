/** Raised whenever a message changes its meaning; both sides compare it before anything else is said. */
export const protocolVersion = 2;

/** The longest message in UTF-16 units. Longer texts are sent in several requests. */
export const maximumMessageLength = 64 * 2 ** 20;

/** The longest single text that is classified or tokenized. A long novel has three million characters. */
export const maximumTextLength = 8 * 2 ** 20;

/** Texts in one request. */
export const maximumBatch = 4096;

/** A sign of life from the trainer every so often; none for {@link silenceMilliseconds} and it is not responding. */
export const heartbeatMilliseconds = 1000;
export const silenceMilliseconds = 15_000;

/** What the trainer answers at once; it is ended where it has not done so by then. */
export const acknowledgeMilliseconds = 8000;
