/** What the server says and is told over HTTP, beside the Open Inference Protocol: types that the page shares. */

/** Every failure, of every route: the status says what kind; 4xx is the caller's to mend. */
export interface FailureBody {
  /** What was wrong, where, and what to do; no path of the server's. */
  error: string;
  /** Stable; see `errorCodes`. */
  code: string;
  requestId: string;
}

/** `GET /models`: an entry for each version of each model. */
export interface ModelEntry {
  name: string;
  version: string;
  /** Whether requests that name no version, or no model, get this one. */
  default: boolean;
  architecture: string;
  classes: readonly string[];
  /** `fit`: how an image of another shape comes to that size; stretched, with black bars, or cut. */
  input: { channels: 1 | 3; height: number; width: number; fit: 'fill' | 'contain' | 'cover' };
  /** From which probability on the answer is the positive class; null for the most probable class. */
  operatingPoint: { positive: string; threshold: number; rule: string } | null;
  /** Whether it can say `uncertain`. */
  abstains: boolean;
  /** Layers with a height and width, in the order in which they run; `layer` is the one that maps come from unless asked. */
  explanation: { methods: readonly string[]; layers: readonly string[]; layer: string | null };
  precision: 'fp32' | 'bf16';
  /** Over what its answers are averaged: `hflip` is the image and its mirror image. */
  tta: 'none' | 'hflip';
  /** What was done to it so that it fits other images; null for a model as it was trained. */
  repair: string | null;
  /** When its file was read, ISO 8601. */
  loaded: string;
}

export interface ModelsBody {
  models: ModelEntry[];
  notice: string;
}

export interface PredictionEntry {
  filename: string;
  label: string;
  /** By class, in the model's order; they sum to 1. */
  probabilities: Readonly<Record<string, number>>;
  predictionSet: readonly string[] | null;
  /** Null where `label` can be relied on as far as the model can tell. */
  abstain: 'unfamiliar' | 'ambiguous' | null;
}

/** `POST /predict?model=NAME&version=V`: images as multipart files, or one as the raw body. */
export interface PredictBody {
  model: string;
  version: string;
  predictions: PredictionEntry[];
  /** Files of a request with several that could not be read; where none could, the answer is 422. */
  problems: { filename: string; code: string; error: string }[];
  notice: string;
}

/**
 * `POST /explain?model=&version=&method=&layer=&target=&colormap=`: one image. `Accept: image/png` gets the heat map
 * alone (transparent where nothing speaks for the class), and this as JSON otherwise.
 */
export interface ExplainBody extends PredictionEntry {
  model: string;
  version: string;
  method: string;
  layers: readonly string[];
  /** The class that is explained. */
  target: string | null;
  /** False where nothing speaks for the class: the map is empty. */
  evidence: boolean;
  /** Before scaling. */
  raw: { minimum: number; maximum: number };
  /** Row-major, in [0, 1] (signed methods: [−1, 1]). */
  map: { height: number; width: number; values: number[] };
  /** The same as a picture with transparency: PNG in base64. */
  heatmap: string;
  /** What the network saw: gray PNG in base64, of the map's size. */
  image: string;
  notice: string;
}

/** `GET /examples`: images to try, an array of these. */
export interface ExampleEntry {
  name: string;
  /** Relative to the server's root. */
  url: string;
}
