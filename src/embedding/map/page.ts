/** A map of images as one HTML file that needs nothing from elsewhere: point at an image and see it. */
import { splits } from '../../data/index.js';
import { notice } from '../../models/index.js';
import { html, htmlDocument, pageStyle, scriptJson, type Html } from '../../report/index.js';
import { className, predictionOf, type Gathered } from '../gathered.js';
import type { Projection } from '../projection/project.js';
import { mapScript } from './script.js';
import { drawSprites } from './sprites.js';
import { mapStyle } from './style.js';
import { describeMap, methodNames, newImageWords } from './words.js';

/** Points are placed on a grid so fine; short numbers keep the page small. */
const grid = 100_000;

/** One way to divide the images, whose parts can be hidden. */
interface Facet {
  title: string;
  values: string[];
  /** Of each image, in `values`. */
  codes: number[];
}

/**
 * @param points row-major [N, 2]
 * @throws RoentgenError ABORT_ERR
 */
export async function scatterPage(
  gathered: Gathered,
  points: Float64Array,
  projection: Omit<Projection, 'points'>,
): Promise<string> {
  const sprites = await drawSprites(gathered);
  const { names, splits: splitOf } = gathered.embeddings;
  const facets = facetsOf(gathered);
  const data = {
    points: onGrid(points),
    grid,
    names,
    truths: names.map((_, row) => (row < gathered.known ? className(gathered, row) : '')),
    predictions: names.map((_, row) => predictionWords(gathered, row)),
    splits: splitOf.map((split) => split ?? ''),
    known: gathered.known,
    facets,
    sprites,
  };
  const title = describeMap(gathered, projection);
  const style = `${pageStyle}${mapStyle}`;
  const body = html`
    <header>
      <p class="eyebrow">roentgen embed</p>
      <h1>${title}</h1>
      ${facts(gathered, projection)}
      <p class="notice">${notice}</p>
    </header>
    <main>
      <noscript
        ><p class="absent">The map needs JavaScript; scatter.png shows it without.</p></noscript
      >
      <div class="map">
        <div class="plot">
          <canvas
            id="plot"
            tabindex="0"
            role="application"
            aria-label="${title}"
            aria-describedby="help"
          ></canvas>
          <div class="buttons">
            <button type="button" data-do="in">Zoom in</button>
            <button type="button" data-do="out">Zoom out</button>
            <button type="button" data-do="all">Show all</button>
            ${gathered.count > gathered.known && html`<button type="button" data-do="new">Next new image</button>`}
          </div>
          <p id="help" class="eyebrow">
            Point at an image to see it; click to keep it. Drag to move, turn the wheel to zoom.
            Keys: arrows go to the next image in that direction, + and − zoom, 0 shows
            all${gathered.count > gathered.known && ', n goes to the next new image'}.
          </p>
        </div>
        <div class="side">
          <div id="details" role="status">
            <canvas id="picture" width="224" height="224" hidden></canvas>
            <p id="words">No image is chosen.</p>
          </div>
          ${facets.map(facetControls)}
          <p id="count" class="eyebrow"></p>
        </div>
      </div>
    </main>
    <footer><p>Written by roentgen.</p></footer>
    <script type="application/json" id="data">
      ${scriptJson(data)}
    </script>
  `;
  const documentTitle = `${methodNames[projection.method]}: roentgen`;
  return htmlDocument({ title: documentTitle, style, script: mapScript, body });
}

function facts({ count, known }: Gathered, projection: Omit<Projection, 'points'>): Html {
  const { method, trustworthiness, divergence } = projection;
  const trust =
    trustworthiness === null
      ? 'Too few images for trustworthiness.'
      : `Trustworthiness ${trustworthiness.toFixed(3)}: how far an image's five neighbors on the map are its neighbors among the vectors; 1 is best, 0.5 is chance.`;
  const distances =
    method === 'pca'
      ? null
      : 'Distances between groups, and sizes of groups, mean nothing on such a map.';
  return html`<ul class="facts">
    <li>${trust}</li>
    ${divergence !== null && html`<li>Kullback–Leibler divergence ${divergence.toFixed(3)} nats.</li>`}
    ${distances !== null && html`<li>${distances}</li>`}
    ${count > known && html`<li>${newImageWords[method]}</li>`}
  </ul> `;
}

/** Classes, splits, and whether the network is right, as far as they are known; new images are a class of their own. */
function facetsOf(gathered: Gathered): Facet[] {
  const { embeddings, known, answers } = gathered;
  const rows = [...embeddings.names.keys()];
  const right = (row: number): string => {
    if (row >= known || (embeddings.labels[row] ?? -1) < 0) return 'not known';
    return answers?.labels[row] === embeddings.labels[row] ? 'right' : 'wrong';
  };
  const classOf = (row: number): string => (row < known ? className(gathered, row) : 'new image');
  const all: [title: string, order: readonly string[], of: (row: number) => string][] = [
    ['Class', [...embeddings.classes, 'unknown', 'new image'], classOf],
    ['Split', [...splits, 'none'], (row) => embeddings.splits[row] ?? 'none'],
    ['Network', answers === null ? [] : ['right', 'wrong', 'not known'], right],
  ];
  return all.flatMap(([title, order, of]): Facet[] => {
    const named = rows.map(of);
    const values = order.filter((value) => named.includes(value));
    if (values.length < 2 && title !== 'Class') return [];
    return [{ title, values, codes: named.map((value) => values.indexOf(value)) }];
  });
}

function facetControls({ title, values, codes }: Facet, at: number): Html {
  const counts = values.map((_, value) => codes.filter((code) => code === value).length);
  return html`<fieldset data-facet="${at}">
    <legend>${title}</legend>
    ${values.map(
      (value, code) =>
        html`<label
          ><input type="checkbox" checked value="${code}" />
          ${at === 0 && html`<canvas class="swatch" width="32" height="32" data-code="${code}"></canvas>`}
          <span>${value}</span> <span class="count">${counts[code] ?? 0}</span></label
        > `,
    )}
  </fieldset> `;
}

function predictionWords(gathered: Gathered, row: number): string {
  const prediction = predictionOf(gathered, row);
  return prediction === null ? '' : `${prediction.label} (${prediction.probability.toFixed(3)})`;
}

/** Whole numbers from 0 to `grid`, with one scale for both axes; y points up. */
function onGrid(points: Float64Array): number[] {
  const [xs, ys] = [0, 1].map((axis) => points.filter((_, at) => at % 2 === axis)) as [
    Float64Array,
    Float64Array,
  ];
  const ends = [xs, ys].map((values) =>
    values.reduce(([low, high], value) => [Math.min(low, value), Math.max(high, value)] as const, [
      Infinity,
      -Infinity,
    ] as readonly [number, number]),
  );
  const extent = Math.max(...ends.map(([low, high]) => high - low)) || 1;
  return Array.from(points, (value, at) => {
    const [low, high] = ends[at % 2] ?? [0, 1];
    const centered = (value - (low + high) / 2) / extent;
    return Math.round(grid * (0.5 + (at % 2 === 0 ? centered : -centered)));
  });
}
