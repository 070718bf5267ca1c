/** Models at work: read from a file, run over images, measured on labeled data. */
export { fromMetadata, toMetadata } from './description.js';
export type { ModelDescription, ModelMetadata } from './description.js';
export type { Answer } from './answer.js';
export { evaluate } from './evaluate.js';
export { enterLook } from './looks.js';
export { galleryIndex } from './gallery.js';
export { writeEvaluationFiles } from './evaluationFiles.js';
export type { EvaluatedImages } from './evaluationFiles.js';
export type { EvaluateEvent, EvaluateHooks, EvaluateOptions, EvaluateResult } from './evaluate.js';
export { fitParts } from './fitParts.js';
export type { FitRequest, FitSettings, FittedParts } from './fitParts.js';
export { findUnfamiliar, learnFamiliar } from './gate.js';
export type { Familiar, GateDescription, GateImages } from './gate.js';
export type { Asked, LayerRole, ModelInside } from './inside.js';
export { bestModelFile, isRunDirectory, loadModel } from './loadModel.js';
export { Model, resolvePrecision } from './model.js';
export type {
  ModelPredictions,
  ModelPredictOptions,
  PrecisionChoice,
  Prediction,
  TensorAnswer,
  TensorOptions,
} from './model.js';
export { predictorSettingsSchema } from './predictor/index.js';
export type { Places, PredictorSettings, PredictorStatistics } from './predictor/index.js';
export { predict } from './predict.js';
export type { PredictOptions, PredictResult } from './predict.js';
export { repairModel } from './repairModel.js';
export type { RepairSettings, TargetImages } from './repairModel.js';
export { rewriteModel } from './rewrite.js';
export { listEvaluations } from './runEvaluations.js';
export { splitPositions } from './splitPositions.js';
