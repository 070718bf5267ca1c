/** What a map's page does: draws the points, follows pointer and keys, and shows the image that is meant. */

/** The shapes of points, as ways around (0, 0) within ±1; one for each class, again from the first after the last. */
const shapes = `
const shapes = [
  (c, x, y, r) => { c.moveTo(x + r, y); c.arc(x, y, r, 0, 2 * Math.PI); },
  (c, x, y, r) => c.rect(x - .85 * r, y - .85 * r, 1.7 * r, 1.7 * r),
  (c, x, y, r) => { c.moveTo(x, y - 1.2 * r); c.lineTo(x + 1.1 * r, y + .8 * r); c.lineTo(x - 1.1 * r, y + .8 * r); c.closePath(); },
  (c, x, y, r) => { c.rect(x - 1.1 * r, y - .4 * r, 2.2 * r, .8 * r); c.rect(x - .4 * r, y - 1.1 * r, .8 * r, 2.2 * r); },
];
const diamond = (c, x, y, r) => { c.moveTo(x, y - 1.3 * r); c.lineTo(x + r, y); c.lineTo(x, y + 1.3 * r); c.lineTo(x - r, y); c.closePath(); };`;

/** Colors come from the style sheet, so that light and dark are its business. Green is for new images alone. */
const looks = `
const classSeries = ['--series-1', '--series-2', '--series-4', '--series-6', '--series-5'];
const color = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
const lookOf = (code) => {
  const value = data.facets[0].values[code];
  if (code === newCode) return { fill: color('--series-3'), shape: diamond, big: true };
  if (value === 'unknown') return { fill: color('--muted'), shape: shapes[0], big: false };
  return { fill: color(classSeries[code % classSeries.length]), shape: shapes[code % shapes.length], big: false };
};`;

const drawing = `
const shown = (row) => data.facets.every(({ codes }, at) => hidden[at][codes[row]] !== true);
const screen = (row) => [
  width / 2 + view.scale * (data.points[2 * row] / data.grid - view.x) * side(),
  height / 2 + view.scale * (data.points[2 * row + 1] / data.grid - view.y) * side(),
];
const side = () => Math.min(width, height) * .94;
const draw = () => {
  waiting = false;
  const ratio = window.devicePixelRatio || 1;
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, width, height);
  const radius = Math.min(6, 2.4 * Math.sqrt(view.scale));
  for (const big of [false, true]) {
    const looks = data.facets[0].values.map((_, code) => lookOf(code));
    for (const row of order) {
      const look = looks[data.facets[0].codes[row]];
      if (look.big !== big || !shown(row)) continue;
      const [x, y] = screen(row);
      if (x < -20 || y < -20 || x > width + 20 || y > height + 20) continue;
      context.beginPath();
      look.shape(context, x, y, big ? Math.max(newRadius, 1.6 * radius) : radius);
      context.globalAlpha = big ? 1 : .7;
      context.fillStyle = look.fill;
      context.fill();
      if (big) { context.strokeStyle = color('--ink'); context.lineWidth = 1.5; context.stroke(); }
    }
  }
  context.globalAlpha = 1;
  if (chosen >= 0) {
    const [x, y] = screen(chosen);
    context.beginPath();
    context.arc(x, y, 12, 0, 2 * Math.PI);
    context.strokeStyle = color('--ink');
    context.lineWidth = 2;
    context.stroke();
  }
};
const redraw = () => { if (!waiting) { waiting = true; requestAnimationFrame(draw); } };
const drawSwatches = () => {
  for (const swatch of document.querySelectorAll('.swatch')) {
    const look = lookOf(Number(swatch.dataset.code));
    const c = swatch.getContext('2d');
    c.clearRect(0, 0, 32, 32);
    c.beginPath();
    look.shape(c, 16, 16, 11);
    c.fillStyle = look.fill;
    c.fill();
  }
};`;

const choosing = `
const picture = document.getElementById('picture');
const words = document.getElementById('words');
const sheets = data.sprites.sheets.map((source) => Object.assign(new Image(), { src: source }));
const describe = (row) => [
  data.names[row],
  row >= data.known ? 'New image' : 'Class: ' + data.truths[row],
  data.predictions[row] && 'Network: ' + data.predictions[row],
  data.splits[row] && 'Split: ' + data.splits[row],
].filter(Boolean).join('\\n');
const show = async (row) => {
  chosen = row;
  redraw();
  picture.hidden = row < 0;
  words.textContent = row < 0 ? 'No image is chosen.' : describe(row);
  if (row < 0) return;
  const { side: size, across } = data.sprites;
  const sheet = sheets[Math.floor(row / across ** 2)];
  const place = row % across ** 2;
  await sheet.decode();
  if (chosen !== row) return;
  picture.getContext('2d').drawImage(sheet, size * (place % across), size * Math.floor(place / across), size, size, 0, 0, 224, 224);
};
const nearest = (x, y, reach, accept) => {
  let [found, least] = [-1, reach * reach];
  for (const row of order) {
    const [px, py] = screen(row);
    const distance = (px - x) ** 2 + (py - y) ** 2;
    if (distance <= least && accept(px - x, py - y) && shown(row)) [found, least] = [row, distance];
  }
  return found;
};
const steps = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
const go = ([dx, dy]) => {
  const [x, y] = chosen >= 0 ? screen(chosen) : [width / 2, height / 2];
  const ahead = (px, py) => {
    const along = px * dx + py * dy;
    return along > .01 && along >= Math.abs(px * dy - py * dx);
  };
  const row = nearest(x, y, Infinity, chosen >= 0 ? ahead : () => true);
  if (row >= 0) reach(row);
};
const reach = (row) => {
  const [x, y] = screen(row);
  if (x < 0 || y < 0 || x > width || y > height) {
    view.x = data.points[2 * row] / data.grid;
    view.y = data.points[2 * row + 1] / data.grid;
  }
  kept = true;
  void show(row);
};
const nextNew = () => {
  const fresh = data.names.length - data.known;
  if (fresh > 0) reach(data.known + (chosen < data.known ? 0 : (chosen - data.known + 1) % fresh));
};`;

const handling = `
const zoom = (factor, x, y) => {
  const scale = Math.min(200, Math.max(1, view.scale * factor));
  const shift = (1 / view.scale - 1 / scale) / side();
  view.x += (x - width / 2) * shift;
  view.y += (y - height / 2) * shift;
  view.scale = scale;
  redraw();
};
const all = () => { Object.assign(view, { x: .5, y: .5, scale: 1 }); redraw(); };
const middle = () => chosen >= 0 ? screen(chosen) : [width / 2, height / 2];
const deeds = { in: () => zoom(1.5, ...middle()), out: () => zoom(1 / 1.5, ...middle()), all, new: nextNew };
const keys = { '+': deeds.in, '=': deeds.in, '-': deeds.out, 0: all, n: nextNew, Escape: () => { kept = false; void show(-1); } };
plot.addEventListener('keydown', (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const deed = steps[event.key] ? () => go(steps[event.key]) : keys[event.key];
  if (!deed) return;
  event.preventDefault();
  deed();
});
for (const button of document.querySelectorAll('[data-do]')) button.addEventListener('click', deeds[button.dataset.do]);
let grip = null;
plot.addEventListener('pointerdown', (event) => {
  grip = { x: event.offsetX, y: event.offsetY, moved: false };
  plot.setPointerCapture(event.pointerId);
});
plot.addEventListener('pointermove', (event) => {
  const [x, y] = [event.offsetX, event.offsetY];
  if (grip) {
    if (!grip.moved && Math.hypot(x - grip.x, y - grip.y) < 4) return;
    view.x -= (x - grip.x) / (view.scale * side());
    view.y -= (y - grip.y) / (view.scale * side());
    grip = { x, y, moved: true };
    redraw();
  } else if (!kept) {
    const row = nearest(x, y, 14, () => true);
    if (row !== chosen) void show(row);
  }
});
plot.addEventListener('pointerup', (event) => {
  const clicked = grip && !grip.moved;
  grip = null;
  if (!clicked) return;
  const row = nearest(event.offsetX, event.offsetY, 18, () => true);
  kept = row >= 0;
  void show(row);
});
plot.addEventListener('pointercancel', () => { grip = null; });
plot.addEventListener('wheel', (event) => {
  event.preventDefault();
  zoom(Math.exp(-event.deltaY / 400), event.offsetX, event.offsetY);
}, { passive: false });
const count = document.getElementById('count');
const tell = () => { count.textContent = order.filter(shown).length + ' of ' + order.length + ' images shown'; };
for (const box of document.querySelectorAll('[data-facet] input')) {
  box.addEventListener('change', () => {
    hidden[Number(box.closest('[data-facet]').dataset.facet)][Number(box.value)] = !box.checked;
    if (chosen >= 0 && !shown(chosen)) void show(-1);
    tell();
    redraw();
  });
}
new ResizeObserver(() => {
  const ratio = window.devicePixelRatio || 1;
  width = plot.clientWidth;
  height = plot.clientHeight;
  plot.width = Math.round(width * ratio);
  plot.height = Math.round(height * ratio);
  draw();
}).observe(plot);
matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => { drawSwatches(); redraw(); });
drawSwatches();
tell();`;

/** Runs over the page's data, which lie beside it as JSON. */
export const mapScript = `'use strict';
(() => {
const data = JSON.parse(document.getElementById('data').textContent);
const plot = document.getElementById('plot');
const context = plot.getContext('2d');
const newCode = data.known < data.names.length ? data.facets[0].codes[data.known] : -1;
// Many large marks would hide the map.
const newRadius = data.names.length - data.known > 20 ? 5 : 8;
const hidden = data.facets.map(() => ({}));
const view = { x: .5, y: .5, scale: 1 };
let [width, height, chosen, kept, waiting] = [0, 0, -1, false, false];
const key = (row) => Math.imul(row + 1, 0x9e3779b1) >>> 0;
const order = data.names.map((_, row) => row).sort((a, b) => key(a) - key(b));
${shapes}${looks}${drawing}${choosing}${handling}
})();
`;
