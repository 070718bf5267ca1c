/** The methods of explanation as a table: what each is called, whose it is, and how its map is to be read. */

/** What becomes of a raw map. */
export type MapReading =
  /** ReLU, then scaled between its extremes: only what speaks for the class is shown. */
  | 'positive'
  /** Divided by its largest absolute value: for the class above 0, against it below. */
  | 'signed'
  /** Absolute values, divided by the largest: how much, whichever way. */
  | 'absolute';

/** What the numbers of a raw map are. */
export type MapUnit =
  /** They add up to about the logit. */
  | 'parts of the logit'
  /** Where a pixel changes by one standard deviation of the training images. */
  | 'change of the logit per pixel'
  /** Each by itself. */
  | 'change of the logit'
  /** Of the class, where a part is shown. */
  | 'change of the probability'
  /** Of the layer. */
  | 'activation';

/** An explanation method: its name for people, its paper, and what its maps mean. */
export interface Method {
  title: string;
  paper: string;
  /** Layers with height and width, pixels alone, or every convolution. */
  looksAt: 'layers' | 'pixels' | 'convolutions';
  reading: MapReading;
  unit: MapUnit;
  /** Whether the map is the same whatever the class. Default false. */
  classFree?: boolean;
  /** Share of the pixels above the end of the color scale, where few pixels would darken all others. Default 0. */
  clipped?: number;
}

const cam = { looksAt: 'layers', reading: 'positive', unit: 'parts of the logit' } as const;
const saliency = {
  looksAt: 'pixels',
  reading: 'absolute',
  unit: 'change of the logit per pixel',
} as const;
/** Smilkov et al. cap maps of gradients at their 99th percentile. */
const clipped = 0.01;

/** The table of explanation methods: what each looks at, and where it was published. */
export const methods = {
  gradCam: { title: 'Grad-CAM', paper: 'Selvaraju et al. 2017, arXiv:1610.02391', ...cam },
  gradCamPlusPlus: {
    title: 'Grad-CAM++',
    paper: 'Chattopadhay et al. 2018, arXiv:1710.11063',
    ...cam,
  },
  hiResCam: { title: 'HiResCAM', paper: 'Draelos and Carin 2020, arXiv:2011.08891', ...cam },
  layerCam: { title: 'LayerCAM', paper: 'Jiang et al. 2021, doi:10.1109/TIP.2021.3089943', ...cam },
  scoreCam: {
    title: 'Score-CAM',
    paper: 'Wang et al. 2020, arXiv:1910.01279',
    ...cam,
    unit: 'activation',
  },
  eigenCam: {
    title: 'Eigen-CAM',
    paper: 'Muhammad and Yeasin 2020, arXiv:2008.00299',
    ...cam,
    unit: 'activation',
    classFree: true,
  },
  gradient: {
    title: 'Gradient',
    paper: 'Simonyan et al. 2014, arXiv:1312.6034',
    ...saliency,
    clipped,
  },
  smoothGrad: {
    title: 'SmoothGrad',
    paper: 'Smilkov et al. 2017, arXiv:1706.03825',
    ...saliency,
    clipped,
  },
  integratedGradients: {
    title: 'Integrated gradients',
    paper: 'Sundararajan et al. 2017, arXiv:1703.01365',
    looksAt: 'pixels',
    reading: 'signed',
    unit: 'parts of the logit',
    clipped,
  },
  occlusion: {
    title: 'Occlusion',
    paper: 'Zeiler and Fergus 2014, arXiv:1311.2901',
    looksAt: 'pixels',
    reading: 'signed',
    unit: 'change of the logit',
  },
  lime: {
    title: 'LIME',
    paper: 'Ribeiro et al. 2016, arXiv:1602.04938',
    looksAt: 'pixels',
    reading: 'signed',
    unit: 'change of the probability',
  },
  activations: {
    title: 'Activation maps',
    paper: 'mean of the channels of every convolution',
    looksAt: 'convolutions',
    reading: 'absolute',
    unit: 'activation',
    classFree: true,
  },
} as const satisfies Readonly<Record<string, Method>>;

/** A key of `explanationMethods`, such as `gradCam`. */
export type MethodName = keyof typeof methods;

export const methodNames = Object.keys(methods) as MethodName[];

/** The row of the table, without what only one method has. */
export function methodOf(name: MethodName): Method {
  return methods[name];
}
