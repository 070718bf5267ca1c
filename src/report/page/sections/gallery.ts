/** Images that the model got wrong, the most confident errors first, and right ones to compare them with. */
import type { GalleryImage } from '../../content.js';
import { html, type Html } from '../html.js';
import { absent } from '../parts.js';
import { percent } from '../words.js';

export function gallerySection(images: readonly GalleryImage[]): Html {
  return html`<h3>Failure gallery</h3>
    ${
      images.length === 0
        ? absent('No images were kept for a gallery.')
        : html`<p>
              Captions say the prediction, then the truth in brackets, and the probability of the
              prediction.
            </p>
            <ul class="gallery">
              ${images.map(item)}
            </ul>`
    } `;
}

function item({ filename, thumbnail, prediction, truth, probability }: GalleryImage): Html {
  const right = prediction === truth;
  return html`<li>
    <figure class="${right ? 'right' : 'wrong'}">
      <img src="${imageData(thumbnail)}" alt="Radiograph ${filename}" />
      <figcaption>
        <span class="answer">
          <span aria-hidden="true">${right ? '✓' : '✗'}</span>
          <span class="hidden">${right ? 'Right:' : 'Wrong:'}</span>
          ${prediction} (${truth})
        </span>
        <span class="probability">${percent(probability)}</span>
        <span class="filename">${filename}</span>
      </figcaption>
    </figure>
  </li>`;
}

/** Only pictures that the page itself holds: it fetches nothing. */
function imageData(url: string): string {
  return /^data:image\/(?:jpeg|png);base64,/.test(url) ? url : 'data:,';
}
