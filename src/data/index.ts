/** What the other folders may know of `data`. */
export { splits, fits, lungSections } from './types.js';
export type {
  Fit,
  ImageFormat,
  ImageInput,
  ImageSource,
  LungSection,
  Problem,
  RawImage,
  Repair,
  Sample,
  Split,
} from './types.js';
export { scanSource } from './scan.js';
export type { ScanOptions } from './scan.js';
export { formatCsv, parseCsv } from './csv.js';
export { sha256 } from './fingerprint.js';
export type { CsvRow } from './csv.js';
export { mapClasses, parseMap } from './classMap.js';
export type { MappedSource } from './classMap.js';
export { writeManifest } from './manifest.js';
export { splitByGroup } from './split.js';
export { splitInOrder } from './splitInOrder.js';
export type { SplitFractions, SplitOptions } from './split.js';
export type { OrderedSplitOptions } from './splitInOrder.js';
export { selectSplits, smallestVal, validationSources } from './selection.js';
export type { SelectionOptions, SplitSelection, ValidationSource } from './selection.js';
export { balancedWeights, drawPerClass, sampleModes, samplePositions } from './balance.js';
export type { SampleMode } from './balance.js';
export { checkSplits } from './leaks.js';
export { inspectSource } from './inspect.js';
export type { ColorType, ImageSize, InspectOptions, Inspection, Range, Trait } from './inspect.js';
export { formatInspection } from './formatInspection.js';
export { decodeImage } from './decode.js';
export type { DecodeOptions } from './decode.js';
export { discardImage } from './imageInput.js';
export { asError, defaultPixelLimit, readMetadata, toProblem } from './imageFile.js';
export type { ImageMetadata } from './imageFile.js';
export { readMask, refuseMasks, requireMasks } from './lungs/index.js';
export { openPacked, packDataset } from './pack.js';
export type { PackOptions, PackProgress, PackedDataset } from './pack.js';
export { samplesOf } from './packFile.js';
export type { PackedIndex } from './packFile.js';
export { cacheFolder } from './packPlace.js';
export {
  combineSeeds,
  drawPhantom,
  phantomKinds,
  Random,
  scanners,
  writePhantomDataset,
} from './phantom/index.js';
export type {
  Phantom,
  PhantomDataset,
  PhantomDatasetOptions,
  PhantomKind,
  PhantomOptions,
  Scanner,
} from './phantom/index.js';
export { interleave } from './pixels.js';
export { isImageName } from './files.js';
export { limiter, mapConcurrently } from './concurrency.js';
export { groupItems } from './collections.js';
export { Pacer } from './audit/pacer.js';
export { readFileFacts } from './audit/fileFacts.js';
export type { FileFacts } from './audit/fileFacts.js';
export { shuffled } from './random.js';
export {
  brightnessOf,
  findContent,
  formatRepairs,
  referenceQuantiles,
  repairsSchema,
} from './repair/index.js';
export type { Picture, ReferenceOptions } from './repair/index.js';
export { composeSheet, pathEnd } from './sheet.js';
export { measureImages } from './measure.js';
export type { Measurement } from './measure.js';
export { openData, requireFormat } from './openData.js';
export type { OpenDataOptions } from './openData.js';
export { decodeImages, nameOf } from './decodeImages.js';
export type { DecodedImages, DecodeImagesOptions, NamedImage } from './decodeImages.js';
export { auditData, auditPacked, joinCopies, readAudit, writeAudit } from './audit/index.js';
export type { Audit, AuditCheck, AuditFinding, AuditOptions, AuditStatus } from './audit/index.js';
