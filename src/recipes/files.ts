/** Names of the files that a reproduction leaves. */
export const reproductionFile = 'reproduction.json';
export const pageFile = 'index.html';
/** Parent of the recipes' folders, where none is named. */
export const defaultOutput = 'reproductions';
