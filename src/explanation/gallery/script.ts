/** The gallery's script: filters, order and fading. Without it all cards are shown in the order of the files. */
export const galleryScript = `'use strict';
(() => {
const find = (part) => document.querySelector('[data-part="' + part + '"]');
const list = document.querySelector('.cards');
const cards = Array.from(list.children);
const filters = ['prediction', 'method', 'found'];
const order = find('order');
const show = () => {
  let shown = 0;
  for (const card of cards) {
    card.hidden = filters.some((name) => find(name).value !== '' && card.dataset[name] !== find(name).value);
    if (!card.hidden) shown += 1;
  }
  const descending = order.selectedOptions[0].dataset.descending === 'yes' ? -1 : 1;
  const value = (card) => Number(card.dataset[order.value]);
  list.append(...cards.toSorted((a, b) => descending * (value(a) - value(b))));
  find('status').textContent = shown + ' of ' + cards.length + ' shown';
};
for (const name of [...filters, 'order']) find(name).addEventListener('change', show);
const fade = find('fade');
const over = document.querySelectorAll('.over');
fade.addEventListener('input', () => {
  for (const picture of over) picture.style.opacity = fade.value / 100;
  find('share').textContent = fade.value + '%';
});
document.querySelector('.filters').addEventListener('submit', (event) => event.preventDefault());
// Browsers keep what was chosen over a reload.
show();
fade.dispatchEvent(new Event('input'));
})();
`;
