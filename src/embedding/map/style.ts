/** What a map's page looks like, beyond the style of all pages. */
export const mapStyle = `
.map { display: grid; grid-template-columns: minmax(0, 1fr) 17rem; gap: 1rem 2rem; align-items: start; margin-top: 1.2rem; }
@media (max-width: 800px) { .map { grid-template-columns: minmax(0, 1fr); } }
.plot canvas { display: block; width: 100%; aspect-ratio: 1; max-height: min(80vh, 46rem); border: 1px solid var(--line); border-radius: 6px; background: var(--raised); touch-action: pan-y; cursor: crosshair; }
.plot .buttons { margin-top: .6rem; }
.plot #help { margin-top: .6rem; }
.side > * { margin: 0 0 1.2rem; }
#details { min-height: 20rem; }
#picture { display: block; width: 100%; max-width: 14rem; border-radius: 3px; background: #000; image-rendering: auto; }
#picture[hidden] { display: none; }
#words { white-space: pre-line; overflow-wrap: anywhere; font-size: .92rem; }
fieldset { border: 0; padding: 0; min-width: 0; }
legend { font-weight: 600; padding: 0; }
fieldset label { display: flex; align-items: center; gap: .5rem; padding: .15rem 0; cursor: pointer; overflow-wrap: anywhere; }
fieldset input { accent-color: var(--accent); width: 1.1rem; height: 1.1rem; flex: none; margin: 0; }
.swatch { width: 1rem; height: 1rem; flex: none; }
.count { margin-left: auto; color: var(--muted); font-variant-numeric: tabular-nums; }
noscript + .map { margin-top: 0; }
`;
