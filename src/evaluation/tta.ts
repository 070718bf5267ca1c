/** Test-time augmentation: what an answer is averaged over. */

/** `hflip`: the image and its mirror image, the mean of their logits. */
export const ttaChoices = ['none', 'hflip'] as const;
export type TtaChoice = (typeof ttaChoices)[number];
