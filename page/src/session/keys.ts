/** The keys that do something, and what; also what the help shows. */
import type { Event } from './reducer.js';

interface Shortcut {
  /** As `KeyboardEvent.key` has them. */
  keys: readonly string[];
  shown: string;
  does: string;
  event: Event;
}

export const shortcuts: readonly Shortcut[] = [
  {
    keys: ['ArrowLeft'],
    shown: '←',
    does: 'the image before',
    event: { kind: 'stepped', by: -1 },
  },
  { keys: ['ArrowRight'], shown: '→', does: 'the next image', event: { kind: 'stepped', by: 1 } },
  {
    keys: ['o', 'O'],
    shown: 'o',
    does: 'heat map on or off',
    event: { kind: 'overlayToggled' },
  },
  {
    keys: ['c', 'C'],
    shown: 'c',
    does: 'compare side by side, or stop',
    event: { kind: 'comparisonToggled' },
  },
  {
    keys: ['1'],
    shown: '1',
    does: 'arrows move the left image',
    event: { kind: 'paneChosen', pane: 0 },
  },
  {
    keys: ['2'],
    shown: '2',
    does: 'arrows move the right image',
    event: { kind: 'paneChosen', pane: 1 },
  },
  { keys: ['?'], shown: '?', does: 'this help', event: { kind: 'helpToggled' } },
];

interface Stroke {
  key: string;
  ctrlKey: boolean;
  altKey: boolean;
  metaKey: boolean;
}

/** What a key does, where it is not typed into a control of its own; null for nothing. */
export function eventOfKey(stroke: Stroke, comparing: boolean): Event | null {
  if (stroke.ctrlKey || stroke.altKey || stroke.metaKey) return null;
  const found = shortcuts.find(({ keys }) => keys.includes(stroke.key))?.event;
  if (found === undefined || (found.kind === 'paneChosen' && !comparing)) return null;
  return found;
}
