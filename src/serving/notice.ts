/** What every body with an answer about an image says. */
export const notice = 'For research and education only: not a medical device.';
