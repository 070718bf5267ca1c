/** The flags of set-up in one table, and the parser and --help that read such tables. */
import { SetupError } from './console.mjs';

const flags = [
  { name: 'cuda', help: 'use a LibTorch with CUDA (default: CPU, smaller and faster to load)' },
  {
    name: 'libtorch',
    value: 'DIR',
    help: 'use this LibTorch, or a site-packages/torch, and no other',
  },
  {
    name: 'sha256',
    value: 'HEX',
    help: 'what the pytorch.org zip must hash to',
    pattern: /^[0-9a-f]{64}$/i,
  },
  { name: 'offline', help: 'never reach for the network; local wheels and caches only' },
  { name: 'force', help: 'repeat every step, even where nothing changed' },
  { name: 'core-tests', help: 'build and run the C++ tests instead of the addon' },
  { name: 'help', help: 'show this text' },
];

/** Options by camel-cased name, e.g. `{ coreTests: true }`; takes `--name VALUE` and `--name=VALUE`. */
export function parseOptions(argv, table = flags) {
  const options = {};
  const rest = [...argv];
  while (rest.length > 0) {
    const [name, ...inline] = rest.shift().split('=');
    const flag = table.find((known) => `--${known.name}` === name);
    if (!flag) throw new SetupError(`unknown option ${name}; --help lists them`);
    const key = flag.name.replace(/-(.)/g, (_match, letter) => letter.toUpperCase());
    if (!flag.value) {
      if (inline.length > 0) throw new SetupError(`${name} takes no value`);
      options[key] = true;
      continue;
    }
    const value = inline.length > 0 ? inline.join('=') : rest.shift();
    if (!value || (flag.pattern && !flag.pattern.test(value))) {
      throw new SetupError(`${name} needs a value: ${name} ${flag.value} (${flag.help})`);
    }
    options[key] = value;
  }
  return options;
}

/** The text of --help for set-up as `command`. */
export function helpText(command) {
  return usage(
    command,
    [
      'Brings npm packages, LibTorch, the native addon and the compiled TypeScript, each only where missing.',
    ],
    flags,
    ['LIBTORCH=DIR in the environment is the first place looked at.'],
  );
}

/** A usage line, what the command does, its flags, and what else is to be known. */
export function usage(command, about, table, notes = []) {
  const rows = table.map(({ name, value, help }) => {
    return `  ${`--${name}${value ? ` ${value}` : ''}`.padEnd(18)} ${help}`;
  });
  return [`Usage: ${command} [options]`, ...about, ...rows, ...notes].join('\n');
}
