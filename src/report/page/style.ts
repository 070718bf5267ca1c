/** The page's style sheet: light and dark, narrow and wide, screen and paper. */

/** Light colors are also those of print. Text has a contrast of at least 4.5 to what lies behind it. */
const colors = `
:root {
  color-scheme: light dark;
  --paper: #ffffff; --raised: #f6f8fa; --ink: #1c2128; --muted: #57606a; --line: #d0d7de; --grid: #e5e9ee;
  --accent: #0b5cad; --good: #17693c; --bad: #b42318; --care: #8a5300; --heat: #7cc4ee;
  --series-1: #0072b2; --series-2: #d55e00; --series-3: #009e73; --series-4: #cc79a7; --series-5: #56b4e9;
  --series-6: #e69f00;
}
@media screen and (prefers-color-scheme: dark) {
  :root {
    --paper: #14181d; --raised: #1c2229; --ink: #e4e8ec; --muted: #a3adb8; --line: #3a434d; --grid: #2b323a;
    --accent: #7cb8f2; --good: #5fd08f; --bad: #ff9086; --care: #eab54f; --heat: #0a5f96;
    --series-1: #4aa8e0; --series-2: #f08a4b; --series-3: #3cc79c; --series-4: #e0a3c4; --series-5: #9bd3f3;
    --series-6: #f0c04a;
  }
}`;

const text = `
* { box-sizing: border-box; }
html { scroll-behavior: smooth; -webkit-text-size-adjust: 100%; }
@media (prefers-reduced-motion: reduce) { html { scroll-behavior: auto; } }
body {
  margin: 0 auto; padding: 1.5rem clamp(1rem, 4vw, 3rem) 3rem; max-width: 76rem;
  background: var(--paper); color: var(--ink);
  font: 1rem/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif;
  overflow-wrap: break-word;
}
h1, h2, h3 { line-height: 1.2; text-wrap: balance; overflow-wrap: anywhere; }
h1 { font-size: clamp(1.5rem, 4vw, 2.1rem); margin: .2rem 0 .6rem; font-weight: 650; }
h2 { font-size: 1.45rem; margin: 3.2rem 0 .6rem; padding-top: 1rem; border-top: 2px solid var(--ink); font-weight: 650; }
h3 { font-size: 1.1rem; margin: 2.2rem 0 .5rem; font-weight: 650; }
p { max-width: 68ch; margin: .6rem 0; }
a { color: var(--accent); }
code, .filename { font-family: ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; font-size: .85em; }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; border-radius: 2px; }
.skip { position: absolute; left: -999rem; }
.skip:focus { left: 1rem; top: .5rem; padding: .4rem .8rem; background: var(--paper); z-index: 1; }
.hidden { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
.eyebrow { color: var(--muted); margin: 0; font-size: .9rem; }
.lead { font-size: 1.1rem; }
.headline { font-size: 1.1rem; font-weight: 500; }
.facts { list-style: none; padding: 0; margin: 1rem 0; max-width: 80ch; }
.facts li { margin: .4rem 0; }
.notice { border-left: 4px solid var(--care); padding: .3rem .8rem; background: var(--raised); font-weight: 550; }
.absent { color: var(--muted); font-style: italic; }
.badge {
  display: inline-block; padding: 0 .5em; border: 1px solid currentColor; border-radius: 3px; font-size: .85rem;
  font-weight: 600; white-space: nowrap;
}
.pass { color: var(--good); } .warn { color: var(--care); } .fail { color: var(--bad); }
nav ul { list-style: none; padding: .6rem 0; margin: 1rem 0 0; display: flex; flex-wrap: wrap; gap: .3rem 1.4rem; }
footer { margin-top: 3rem; border-top: 1px solid var(--line); color: var(--muted); font-size: .9rem; }`;

const pieces = `
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 9.5rem), 1fr)); gap: .8rem; margin: 1.2rem 0; }
.tiles div { background: var(--raised); border: 1px solid var(--line); border-radius: 6px; padding: .7rem .9rem; }
.tiles dt { color: var(--muted); font-size: .9rem; }
.tiles dt::first-letter { text-transform: uppercase; }
.tiles dd { margin: 0; } .tiles strong { display: block; font-size: 1.7rem; font-weight: 600; line-height: 1.25; font-variant-numeric: tabular-nums; }
.tiles span { color: var(--muted); font-size: .85rem; }
.scroll, .wide { overflow-x: auto; max-width: 100%; }
.wide svg { min-width: 40rem; }
table { min-width: min(100%, 24rem); border-collapse: collapse; margin: 1rem 0; font-size: .92rem; font-variant-numeric: tabular-nums; }
caption { text-align: left; color: var(--muted); font-size: .88rem; padding-bottom: .35rem; }
th, td { padding: .32rem .9rem .32rem 0; border-bottom: 1px solid var(--line); text-align: left; vertical-align: top; }
thead th { border-bottom: 1.5px solid var(--muted); font-weight: 600; vertical-align: bottom; }
tbody th { font-weight: 500; }
.numbers td, .numbers thead th + th, .numbers thead td + th { text-align: right; padding: .32rem 0 .32rem 1.2rem; }
.numbers td, .nowrap { white-space: nowrap; }
.words tr > :last-child { min-width: 10rem; }
.charts { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 25rem), 1fr)); gap: 1rem 2rem; align-items: start; }
.charts > * { min-width: 0; }
.chart { margin: 1rem 0; }
.chart svg { display: block; max-width: 100%; height: auto; }
figcaption { color: var(--muted); font-size: .88rem; max-width: 60ch; margin-top: .3rem; }
summary { cursor: pointer; color: var(--accent); }
.gallery { list-style: none; padding: 0; display: grid; grid-template-columns: repeat(auto-fill, minmax(9.5rem, 1fr)); gap: 1rem; }
.gallery figure { margin: 0; }
.gallery img { width: 100%; aspect-ratio: 1; object-fit: contain; background: #000; border-top: 5px solid; border-radius: 3px; display: block; }
.gallery .right img { border-color: var(--good); } .gallery .wrong img { border-color: var(--bad); }
.gallery .answer { display: block; font-weight: 600; overflow-wrap: anywhere; }
.right .answer { color: var(--good); } .wrong .answer { color: var(--bad); }
.gallery .probability { display: block; }
.gallery .filename { display: block; overflow-wrap: anywhere; }
.explorer { border: 1px solid var(--line); border-radius: 6px; background: var(--raised); padding: 1rem; display: grid;
  grid-template-columns: repeat(auto-fit, minmax(min(100%, 22rem), 1fr)); gap: 1rem 2rem; margin: 1rem 0; }
.explorer > * { min-width: 0; }
.explorer .controls { display: none; } .explorer.live .controls { display: block; }
.explorer label { display: block; font-weight: 550; margin-top: .4rem; overflow-wrap: anywhere; }
.slider { display: flex; align-items: center; gap: .8rem; }
.slider input { flex: 1; min-width: 0; accent-color: var(--accent); height: 2rem; }
.slider output { font-variant-numeric: tabular-nums; min-width: 4.5em; font-weight: 600; }
.explorer table { margin: .3rem 0 1rem; width: 100%; }
.buttons { display: flex; flex-wrap: wrap; gap: .5rem; }
button, select { font: inherit; font-size: .92rem; padding: .35rem .7rem; color: var(--ink); background: var(--paper); border: 1px solid var(--muted); border-radius: 4px; max-width: 100%; }
button { cursor: pointer; text-align: left; overflow-wrap: anywhere; }
[role="status"] { color: var(--muted); min-height: 1.5em; }`;

const print = `
@page { margin: 16mm 14mm; }
@media print {
  body { max-width: none; padding: 0; font-size: 10pt; }
  nav, .skip, .explorer .controls, .explorer.live .controls, summary { display: none; }
  h2, h3 { break-after: avoid; }
  section + section > h2 { margin-top: 1.5rem; }
  .chart, .gallery li, .tiles div, tr, .explorer { break-inside: avoid; }
  .scroll, .wide { overflow: visible; }
  thead { display: table-header-group; }
  .charts { grid-template-columns: 1fr 1fr; }
  .charts.figures { grid-template-columns: 1fr; }
  .numbers td { white-space: normal; }
  table { font-size: 8.5pt; }
}`;

export const pageStyle = `${colors}${text}${pieces}${print}\n`;
