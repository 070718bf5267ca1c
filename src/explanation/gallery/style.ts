/** What the gallery adds to the style sheet of reports. */
export const galleryStyle = `
.filters {
  position: sticky; top: 0; z-index: 1; display: flex; flex-wrap: wrap; gap: .6rem 1.4rem; align-items: center;
  padding: .7rem 0; margin: 1rem 0; background: var(--paper); border-bottom: 1px solid var(--line);
}
.filters label { display: flex; align-items: center; gap: .5rem; font-weight: 550; }
.filters select { font-weight: normal; }
.filters input { accent-color: var(--accent); width: 9rem; height: 2rem; }
.filters output { font-variant-numeric: tabular-nums; min-width: 3em; }
.filters [role="status"] { margin: 0; }
.cards { list-style: none; padding: 0; display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 13.5rem), 1fr)); gap: 1.4rem 1rem; align-items: start; }
.cards li[hidden] { display: none; }
.cards figure { margin: 0; }
.stack { position: relative; aspect-ratio: 1; background: #000; border-radius: 4px; overflow: hidden; }
.stack img { position: absolute; inset: 0; width: 100%; height: 100%; object-fit: contain; }
.sheet img { width: 100%; display: block; border-radius: 4px; }
.cards figcaption { display: grid; gap: .1rem; margin-top: .4rem; overflow-wrap: anywhere; max-width: none; }
.cards .answer { color: var(--ink); font-size: 1rem; font-weight: 600; }
.cards .uncertain, .cards .none { color: var(--care); font-weight: 600; }
@media (max-width: 40rem) { .filters { position: static; } }
@media print { .filters { display: none; } .cards li { break-inside: avoid; } }
`;
