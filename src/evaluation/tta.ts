/** Test-time augmentation. */

export const ttaChoices = ['none', 'hflip'] as const;

/** What an answer is averaged over: the image alone, or it and its mirror image, the mean of their logits. */
export type TtaChoice = (typeof ttaChoices)[number];
