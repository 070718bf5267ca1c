/** CLAIM, the Checklist for Artificial Intelligence in Medical Imaging, filled by a run. */
import type { ReportContent } from '../content.js';
import type { Checklist } from './checklist.js';
import { fillChecklist } from './checklist.js';
import { claimItems } from './claimItems.js';

/**
 * CLAIM for a run: an item is filled only where the contents hold its answer, and asks a person otherwise.
 * The item's numbers are those of 2020; the words are ours.
 */
export function claimChecklist(content: ReportContent): Checklist {
  return fillChecklist(
    {
      title: 'CLAIM checklist',
      source:
        'The 42 items of CLAIM 2020 by number (Mongan, Moy and Kahn, *Radiology: Artificial Intelligence* 2(2), ' +
        'e200029, [doi:10.1148/ryai.2020200029](https://doi.org/10.1148/ryai.2020200029)), their topics in our words. ' +
        'The update of 2024 (Tejani and others, ' +
        '[doi:10.1148/ryai.240300](https://doi.org/10.1148/ryai.240300)) has 44 items with other numbers; it is not the one used here. ' +
        'Read the original beside this list.',
      items: claimItems,
    },
    content,
  );
}
