/** The page's script: the threshold explorers follow their sliders. Without it the page stays whole. */
import { explorerFigures } from './explorerFigures.js';

/** Runs over every explorer of the page; its data lie beside it as JSON. */
export const pageScript = `'use strict';
(() => {
const figuresAt = ${explorerFigures.toString()};
const words = (value) => value === null ? '–' : value.toFixed(3);
for (const root of document.querySelectorAll('.explorer')) {
  const data = JSON.parse(root.querySelector('script').textContent);
  const find = (part) => root.querySelector('[data-part="' + part + '"]');
  const slider = find('threshold');
  const select = find('class');
  const status = find('status');
  let threshold = data.threshold;
  let shown = data.shown[0];
  const show = () => {
    const figures = figuresAt(shown.scores, data.labels.map((label) => label === shown.index), threshold);
    for (const cell of root.querySelectorAll('[data-figure]')) {
      const value = figures[cell.dataset.figure];
      cell.textContent = cell.dataset.kind === 'rate' ? words(value) : String(value);
    }
    for (const name of root.querySelectorAll('[data-part="name"]')) name.textContent = shown.name;
    find('value').textContent = threshold.toFixed(4);
    slider.setAttribute('aria-valuetext', threshold.toFixed(3));
    return figures;
  };
  const tell = (figures) => {
    status.textContent = 'At ' + threshold.toFixed(3) + ': sensitivity ' + words(figures.sensitivity)
      + ', specificity ' + words(figures.specificity) + '.';
  };
  const go = (value) => {
    threshold = value;
    slider.value = String(value);
    tell(show());
  };
  slider.addEventListener('input', () => {
    threshold = Number(slider.value);
    show();
  });
  slider.addEventListener('change', () => tell(show()));
  for (const button of root.querySelectorAll('[data-go]')) {
    button.addEventListener('click', () => go(Number(button.dataset.go)));
  }
  if (select) {
    select.addEventListener('change', () => {
      shown = data.shown[Number(select.value)];
      tell(show());
    });
  }
  root.classList.add('live');
  go(data.threshold);
}
})();
`;
