/** The page's own server: every request that the page makes. */
import type {
  ExampleEntry,
  ExplainBody,
  FailureBody,
  ModelEntry,
  ModelsBody,
  PredictBody,
  PredictionEntry,
} from '../../src/serving/api.js';
import type { Failure, HeatMap, MapChoice } from './session/state.js';

/** The server said no. */
export class Refusal extends Error {
  constructor(
    readonly failure: Failure,
    /** Milliseconds until it may be asked again, as it said; 0 where it did not say. */
    readonly retryAfter: number,
  ) {
    super(failure.message);
  }
}

/** There was no answer at all. */
export class Unreachable extends Error {}

export interface Upload {
  file: File;
  signal: AbortSignal;
  /** With the share of the file that is sent, in [0, 1]. */
  onProgress: (share: number) => void;
}

const tokenPlace = 'roentgen-token';

/** For this tab alone, and gone with it. */
export function rememberToken(token: string): void {
  sessionStorage.setItem(tokenPlace, token);
}

export function hasToken(): boolean {
  return sessionStorage.getItem(tokenPlace) !== null;
}

function headers(): Record<string, string> {
  const token = sessionStorage.getItem(tokenPlace);
  return { accept: 'application/json', ...(token && { authorization: `Bearer ${token}` }) };
}

/** @throws Refusal, Unreachable, also in all that follows */
export async function fetchModels(): Promise<ModelEntry[]> {
  return ((await getJson('models')) as ModelsBody).models;
}

/** Whether the server answers at all, be it with a refusal. */
export async function isAlive(): Promise<boolean> {
  return fetch('health').then(
    () => true,
    () => false,
  );
}

/** Images to try, as files; none where the server has none. */
export async function fetchExamples(): Promise<File[]> {
  const entries = (await getJson('examples')) as ExampleEntry[];
  return Promise.all(
    entries.map(async ({ name, url }) => {
      const blob = await (await get(url.replace(/^\//, ''))).blob();
      return new File([blob], name, { type: blob.type });
    }),
  );
}

/** @param model as `keyOf` names it, also in `explain` */
export async function predict(model: string, upload: Upload): Promise<PredictionEntry> {
  const { predictions } = (await post('predict', parametersOf(model), upload)) as PredictBody;
  const [entry] = predictions;
  if (entry === undefined) throw new Error('the server answered without an answer');
  return entry;
}

export async function explain(
  model: string,
  { method, layer }: MapChoice,
  upload: Upload,
): Promise<HeatMap> {
  const parameters = { ...parametersOf(model), method, ...(layer !== null && { layer }) };
  const body = (await post('explain', parameters, upload)) as ExplainBody;
  const { layers, target, evidence, map, heatmap, image } = body;
  const { width, height } = map;
  const picture = (base64: string): string => `data:image/png;base64,${base64}`;
  const pictures = { heatmap: picture(heatmap), seen: picture(image) };
  return { method: body.method, layers, target, evidence, width, height, ...pictures };
}

function parametersOf(model: string): { model: string; version: string } {
  const cut = model.lastIndexOf('/');
  return { model: model.slice(0, cut), version: model.slice(cut + 1) };
}

async function get(address: string): Promise<Response> {
  const response = await fetch(address, { headers: headers(), cache: 'no-store' }).catch(() => {
    throw new Unreachable();
  });
  if (response.ok) return response;
  const text = await response.text().catch(() => '');
  throw refusal(response.status, text, response.headers.get('retry-after'));
}

async function getJson(address: string): Promise<unknown> {
  return (await get(address)).json();
}

/** With XMLHttpRequest, since fetch does not tell how much of a file is sent. */
function post(
  address: string,
  parameters: Record<string, string>,
  { file, signal, onProgress }: Upload,
): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open('POST', `${address}?${new URLSearchParams(parameters).toString()}`);
    for (const [name, value] of Object.entries(headers())) request.setRequestHeader(name, value);
    request.upload.onprogress = ({ loaded, total }) => onProgress(total > 0 ? loaded / total : 0);
    request.onerror = () => reject(new Unreachable());
    request.onabort = () => reject(new DOMException('aborted', 'AbortError'));
    request.onload = () => {
      const { status, responseText } = request;
      if (status < 200 || status > 299) {
        reject(refusal(status, responseText, request.getResponseHeader('retry-after')));
        return;
      }
      try {
        resolve(JSON.parse(responseText));
      } catch {
        reject(new Error('the server answered with something else than JSON'));
      }
    };
    signal.addEventListener('abort', () => request.abort());
    const form = new FormData();
    form.append('file', file, file.name);
    request.send(form);
  });
}

function refusal(status: number, text: string, retryAfter: string | null): Refusal {
  let body: Partial<FailureBody> = {};
  try {
    body = JSON.parse(text) as Partial<FailureBody>;
  } catch {
    // A proxy in between has answers of its own.
  }
  const message = body.error ?? `The answer was ${status}.`;
  const seconds = Number(retryAfter ?? 0);
  const wait = Number.isFinite(seconds) ? seconds * 1000 : 0;
  return new Refusal({ status, message, requestId: body.requestId ?? null }, wait);
}
