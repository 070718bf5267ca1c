/** What every answer about images carries. */
export const notice = 'For research and education only: not a medical device.';
