/** Said wherever an answer of a model is shown. */
export const notice = 'For research and education only: not a medical device.';
