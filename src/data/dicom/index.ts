/** What the rest of `data` may know of DICOM. */
export { MissingCodec } from './codecs.js';
export { decodeDicom } from './decodeDicom.js';
export type { DicomPicture } from './decodeDicom.js';
export { dicomExtension, isDicom, UnsupportedDicom } from './header.js';
export { patientKeys } from './patient.js';
