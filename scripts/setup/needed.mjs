/** What a program was linked with, by readelf, and what of it the loader would miss, by ldd. */
import { lastLines, run } from './process.mjs';

/** The names of the libraries that `file` itself asks for. Throws where readelf cannot tell. */
export async function neededLibraries(file, env) {
  const text = await outputOf('readelf', ['-d', file], env);
  return [...text.matchAll(/\(NEEDED\).*\[(.+)\]/g)].map(([, name]) => name);
}

/** The names of the libraries, its libraries' included, that are found nowhere. Throws where ldd cannot tell. */
export async function missingLibraries(file, env) {
  const text = await outputOf('ldd', [file], env);
  return [...text.matchAll(/^\s*(\S+) => not found$/gm)].map(([, name]) => name);
}

async function outputOf(program, args, env) {
  // Both translate their words.
  const result = await run(program, args, { env: { ...env, LC_ALL: 'C' } });
  if (!result.ok) throw new Error(`${program}: ${result.reason}: ${lastLines(result.output, 2)}`);
  return result.output;
}
