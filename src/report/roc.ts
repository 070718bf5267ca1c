/** ROC curves, one for each class, with the line of a coin toss. */
import type { RocCurve } from '../evaluation/index.js';
import type { Area, CurveStyle } from './axes.js';
import { drawAxes, drawCurve, drawLegendEntry, roundAxis } from './axes.js';
import { ink, label, palette, shorten, svgDocument } from './svg.js';

/** A curve and its name; a null curve, of a class without images or without others, is only named. */
export interface NamedRocCurve {
  name: string;
  curve: RocCurve | null;
}

const side = 360;
const margin = { left: 78, top: 24, bottom: 56 } as const;
const legend = { width: 260, value: 190, line: 24, longestName: 18 } as const;

/** Dashes for the second and third round through the palette. */
const dashes = [undefined, '6 4', '2 3'] as const;

/** A standalone SVG of the curves; the legend gives each area under the curve. */
export function rocSvg(curves: readonly NamedRocCurve[]): string {
  const area: Area = {
    left: margin.left,
    top: margin.top,
    width: side,
    height: side,
    x: roundAxis('False positive rate (1 − specificity)', 0, 1),
    y: roundAxis('True positive rate (sensitivity)', 0, 1),
  };
  const chance = drawCurve(
    area,
    [
      { x: 0, y: 0 },
      { x: 1, y: 1 },
    ],
    { color: ink.muted, dashes: '2 4', dot: 0 },
  );
  const drawings = curves.flatMap(({ curve }, index) =>
    curve === null ? [] : [drawCurve(area, pointsOf(curve), styleOf(index))],
  );
  const legendLeft = margin.left + side + 28;
  const entries = curves.flatMap(({ name, curve }, index) => {
    const value = curve === null ? 'undefined' : curve.area.toFixed(3);
    const y = margin.top + 42 + index * legend.line;
    return [
      drawLegendEntry(legendLeft, y, shorten(name, legend.longestName), styleOf(index)),
      label(legendLeft + legend.value, y, value),
    ];
  });
  const heading = label(legendLeft, margin.top + 14, 'Area under the curve', {
    'font-weight': 600,
  });
  const height = Math.max(side + margin.bottom, 60 + curves.length * legend.line);
  return svgDocument(legendLeft + legend.width, margin.top + height, 'ROC curves', [
    drawAxes(area),
    chance,
    ...drawings,
    heading,
    ...entries,
  ]);
}

function pointsOf({ falsePositiveRate, truePositiveRate }: RocCurve): { x: number; y: number }[] {
  return falsePositiveRate.map((x, index) => ({ x, y: truePositiveRate[index] ?? NaN }));
}

function styleOf(index: number): CurveStyle {
  const color = palette[index % palette.length] ?? ink.text;
  const dash = dashes[Math.floor(index / palette.length) % dashes.length];
  return dash === undefined ? { color, dot: 0 } : { color, dot: 0, dashes: dash };
}
