/** The typed face of the addon: the only door to native code. */
export { RoentgenError, errorCodes, invalidArgument } from './errors.js';
export type { ErrorCode } from './errors.js';
export type * from './types.js';
