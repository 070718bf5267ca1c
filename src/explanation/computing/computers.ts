/** Which function computes the maps of which method. */
import type { MethodName } from '../methods.js';
import { computeActivations } from './activations.js';
import type { Computer } from './batch.js';
import { camComputer } from './cam.js';
import { gradientComputer } from './gradients.js';
import { computeLime } from './lime.js';
import { computeOcclusion } from './occlusion.js';

export const computers: Readonly<Record<MethodName, Computer>> = {
  gradCam: camComputer('gradCam'),
  gradCamPlusPlus: camComputer('gradCamPlusPlus'),
  hiResCam: camComputer('hiResCam'),
  layerCam: camComputer('layerCam'),
  scoreCam: camComputer('scoreCam'),
  eigenCam: camComputer('eigenCam'),
  gradient: gradientComputer('gradient'),
  smoothGrad: gradientComputer('smoothGrad'),
  integratedGradients: gradientComputer('integratedGradients'),
  occlusion: computeOcclusion,
  lime: computeLime,
  activations: computeActivations,
};
