/** All routes of the server. */
import type { Routes } from './context.js';

export const routes: readonly Routes[] = [];
