/** Files that are no usable images. */
import { plural } from '../../words.js';
import type { Check } from './check.js';

export const unreadable: Check = {
  name: 'unreadable',
  title: 'Unreadable files',
  inspect: ({ problems }) => ({
    status: problems.length > 0 ? 'warn' : 'pass',
    count: problems.length,
    summary: problems.length > 0 ? `${plural(problems.length, 'file')} left out` : 'none',
    findings: problems.map(({ file, code, message }) => ({
      status: 'warn',
      files: [file],
      message,
      code,
    })),
  }),
};
