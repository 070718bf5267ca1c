/** One explanation as a figure: image, heatmap and overlay side by side, with what the model says and a color bar. */
import { notice } from '../../models/index.js';
import { html, paperInk, printable, shorten, type Html } from '../../report/index.js';
import { resizeMap } from '../maps/resize.js';
import { methodOf } from '../methods.js';
import type { Explanation } from '../types.js';
import { answerWords, evidenceWords, figure, subjectWords } from '../words.js';
import { ticksBetween } from './colors.js';
import { blend, defaultOpacity, heatOf, paint, type Heat, type HeatOptions } from './heat.js';
import { composeSheet } from './compose.js';
import { enlarge } from './render.js';

/** In pixels. */
const tile = 336;
const margin = 24;
const gap = 12;
const header = 112;
const caption = 26;
const footer = 40;
const bar = { width: 16, left: 20, labels: 92 };
const pageWidth = 2 * margin + 3 * tile + 2 * gap + bar.left + bar.width + bar.labels;

/** How the figure of one explanation is drawn. */
export interface FigureOptions extends HeatOptions {
  /** In the order of the probabilities. */
  classes: readonly string[];
}

/** A PNG on white paper, some 1,200 pixels wide. */
export async function renderFigure(
  explanation: Explanation,
  { classes, colormap, opacity = defaultOpacity }: FigureOptions,
): Promise<Buffer> {
  const { image } = explanation;
  const size = { height: Math.round((tile * image.height) / image.width), width: tile };
  const heat = await heatOf(explanation, colormap);
  const enlarged = { ...heat, values: resizeMap(heat.values, image, size) };
  const photograph = await enlarge(image, size);
  const pictures = [photograph, paint(enlarged), blend(photograph, enlarged, opacity)];
  const height = header + size.height + caption + footer;
  const tiles = pictures.map((pixels, at) => ({
    pixels,
    left: margin + at * (tile + gap),
    top: header,
  }));
  const words = await text(explanation, { classes, heat, height: size.height });
  return composeSheet(tiles, size, words, { height, width: pageWidth });
}

interface FigureText {
  classes: readonly string[];
  heat: Heat;
  /** Of a tile. */
  height: number;
}

async function text(
  explanation: Explanation,
  { classes, heat, height }: FigureText,
): Promise<Html[]> {
  const { name, method, logit, evidence } = explanation;
  const { muted, text: ink } = paperInk;
  const logitWords = logit === null ? '' : `, logit ${figure(logit)}`;
  const below = header + height;
  const captions = ['Radiograph, as the network sees it', methodOf(method).title, 'Overlay'];
  return [
    html`<text x="${margin}" y="34" font-size="20" font-weight="bold" fill="${ink}">
      ${fitted(`Prediction: ${answerWords(explanation, classes)}`, 95)}
    </text>`,
    html`<text x="${margin}" y="58" font-size="14" fill="${ink}">
      ${fitted(`${subjectWords(explanation)}${logitWords}`, 150)}
    </text>`,
    html`<text
      x="${margin}"
      y="80"
      font-size="14"
      fill="${evidence ? muted : '#b42318'}"
      font-weight="${evidence ? 'normal' : 'bold'}"
    >
      ${evidenceWords(explanation)}
    </text>`,
    html`<text x="${margin}" y="${header - 10}"> ${fitted(name, 150)} </text>`,
    ...captions.map(
      (words, at) =>
        html`<text x="${margin + at * (tile + gap)}" y="${below + 18}">${words}</text>`,
    ),
    html`<text x="${margin}" y="${below + caption + 24}">
      roentgen · ${notice} · ${methodOf(method).paper}
    </text>`,
    await colorBar(explanation, heat, height),
  ];
}

function fitted(words: string, length: number): string {
  return shorten(printable(words), length);
}

/** Raw values where the map comes from one layer, else shares of the maxima. */
async function colorBar(
  { scale, signed, evidence, method }: Explanation,
  { table, end }: Heat,
  height: number,
): Promise<Html> {
  const x = margin + 3 * tile + 2 * gap + bar.left;
  const stops = Array.from({ length: 33 }, (_, at) => {
    const shade = 3 * Math.round((255 * at) / 32);
    const color = [...table.subarray(shade, shade + 3)].join(',');
    return html`<stop offset="${at / 32}" stop-color="rgb(${color})" />`;
  });
  const { zero, one } = scale ?? { zero: 0, one: 1 };
  const high = zero + (one - zero) * end;
  const low = signed ? -high : zero;
  const shown = scale !== null || evidence;
  const ticks = shown ? await ticksBetween(low, high) : [];
  const unit = scale === null ? 'share of the maximum' : methodOf(method).unit;
  return html`<defs>
      <linearGradient id="scale" x1="0" y1="1" x2="0" y2="0">${stops}</linearGradient>
    </defs>
    <rect
      x="${x}"
      y="${header}"
      width="${bar.width}"
      height="${height}"
      fill="url(#scale)"
      stroke="${paperInk.grid}"
    />
    ${ticks.map(({ value, label }) => {
      const y = header + height * (1 - (value - low) / (high - low));
      return html`<path d="M${x + bar.width} ${y}h5" stroke="${paperInk.muted}" />
        <text x="${x + bar.width + 9}" y="${y + 4}" fill="${paperInk.text}">${label}</text>`;
    })}
    <text
      transform="translate(${x + bar.width + 76} ${header + height / 2}) rotate(90)"
      text-anchor="middle"
    >
      ${shown ? unit : 'nothing to scale'}${end < 1 ? ', highest 1% clipped' : ''}
    </text>`;
}
