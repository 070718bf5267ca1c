/** All models of the server, by name and version, kept as their files are. */
import { nearest } from '../../models/index.js';
import { invalidArgument, RoentgenError } from '../../native/index.js';
import type { ModelEntry } from '../api.js';
import { entryOf } from './entry.js';
import type { Holder } from './holder.js';
import type { LoadServed } from './loading.js';
import { Slot } from './slot.js';
import { parseSource, type Found, type Source } from './sources.js';
import type { Lease, Registry, ReloadOutcome, ServedModel, ServingStatistics } from './types.js';

export interface RegistryOptions {
  load: LoadServed;
  /** Seconds between looks at the files; 0 never looks. */
  reloadInterval: number;
  onReload: (event: ReloadEvent) => void;
}

export interface ReloadEvent {
  outcome: ReloadOutcome;
  /** Of the model; null where a source as a whole cannot be looked through. */
  name: string | null;
  version: string | null;
  /** Why it failed. */
  error?: unknown;
}

interface Place {
  slot: Slot;
  source: Source;
  /** Whether the last look did not find it. */
  missing: boolean;
}

/** Versions as people count: 10 comes after 9. */
const { compare: compareVersions } = new Intl.Collator('en', { numeric: true });

export class ModelRegistry implements Registry {
  private readonly options: RegistryOptions;
  private readonly sources: readonly Source[];
  /** By name in the order in which they were given, then by version. */
  private readonly models = new Map<string, Map<string, Place>>();
  /** What is wrong with folders, so that each is told of once. */
  private readonly complaints = new Set<string>();
  private timer: NodeJS.Timeout | undefined;
  private round: Promise<void> = Promise.resolve();
  private closed = false;

  private constructor(sources: readonly Source[], options: RegistryOptions) {
    this.sources = sources;
    this.options = options;
  }

  /**
   * Loads all models that the arguments stand for, see `parseSource`.
   * @throws RoentgenError ERR_NOT_FOUND, ERR_INVALID_ARGUMENT for two models of one name and version or none at all, and
   * what loading throws
   */
  static async open(texts: readonly string[], options: RegistryOptions): Promise<ModelRegistry> {
    const registry = new ModelRegistry(texts.map(parseSource), options);
    try {
      for (const source of registry.sources) {
        for (const found of await source()) await registry.open(found, source);
      }
      if (registry.models.size === 0) {
        throw invalidArgument('models', 'model files, or folders with some', texts.join(', '));
      }
    } catch (error) {
      await registry.close();
      throw error;
    }
    registry.schedule();
    return registry;
  }

  lease(name?: string, version?: string): Lease {
    return this.find(name, version).lease();
  }

  get served(): readonly ServedModel[] {
    return [...this.models.values()].flatMap((places) =>
      holdersOf(places).map(({ served }) => served),
    );
  }

  entries(): ModelEntry[] {
    return [...this.models.values()].flatMap((places) =>
      holdersOf(places).map(({ served }, position) => entryOf(served, position === 0)),
    );
  }

  statistics({ name, version }: ServedModel): ServingStatistics | undefined {
    return this.models.get(name)?.get(version)?.slot.statistics;
  }

  /** Takes what is new, lets go what is gone: one round over all files. */
  async look(): Promise<void> {
    this.round = this.round.then(async () => {
      for (const source of this.sources) if (!this.closed) await this.lookThrough(source);
    });
    return this.round;
  }

  /** Waits for requests that use models, and frees these. */
  async close(): Promise<void> {
    this.closed = true;
    clearTimeout(this.timer);
    await this.round;
    const places = [...this.models.values()].flatMap((versions) => [...versions.values()]);
    this.models.clear();
    await Promise.all(places.map(async ({ slot }) => slot.close()));
  }

  private schedule(): void {
    const { reloadInterval } = this.options;
    if (reloadInterval === 0 || this.closed) return;
    this.timer = setTimeout(
      () => void this.look().then(() => this.schedule()),
      reloadInterval * 1000,
    );
    this.timer.unref();
  }

  private find(name: string | undefined, version: string | undefined): Holder {
    const names = [...new Set(this.served.map((served) => served.name))];
    const asked = name ?? names[0] ?? '';
    const holders = holdersOf(this.models.get(asked) ?? new Map());
    if (holders.length === 0) throw unknown(`No model "${asked}" is served here`, asked, names);
    const holder =
      version === undefined ? holders[0] : holders.find(({ served }) => served.version === version);
    if (holder) return holder;
    const versions = holders.map(({ served }) => served.version);
    throw unknown(`Model ${asked} has no version "${version ?? ''}"`, version ?? '', versions);
  }

  private async open(found: Found, source: Source): Promise<void> {
    const place = this.placeFor(found, source);
    if (found.file === null) throw unclear(found);
    if ((await place.slot.look(found.file, { atOnce: true })) === 'added') return;
    throw new RoentgenError('ERR_BUSY', `${found.file}: it changes while it is read: try again`);
  }

  private async lookThrough(source: Source): Promise<void> {
    const complaint = `source ${this.sources.indexOf(source)}`;
    try {
      const found = await source();
      this.complaints.delete(complaint);
      for (const one of found) await this.lookAt(one, source);
      this.letGo(source, found);
    } catch (error) {
      this.complain(complaint, { name: null, version: null, outcome: 'failed', error });
    }
  }

  private async lookAt(found: Found, source: Source): Promise<void> {
    const { name, version, file } = found;
    const complaint = `${found.folder}\0${name}\0${version}`;
    try {
      const place = this.placeFor(found, source);
      place.missing = false;
      if (file === null) throw unclear(found);
      this.complaints.delete(complaint);
      const outcome = await place.slot.look(file).catch((error: unknown) => {
        this.options.onReload({ outcome: 'failed', name, version, error });
        return 'failed' as const;
      });
      if (outcome === 'added' || outcome === 'reloaded')
        this.options.onReload({ outcome, name, version });
    } catch (error) {
      this.complain(complaint, { outcome: 'failed', name, version, error });
    }
  }

  /** Tells of what every look finds wrong again only once. */
  private complain(key: string, event: ReloadEvent): void {
    if (this.complaints.has(key)) return;
    this.complaints.add(key);
    this.options.onReload(event);
  }

  /** Lets go versions whose folders were missing at two looks: one may be moved in for another. */
  private letGo(source: Source, found: readonly Found[]): void {
    for (const [name, places] of this.models) {
      for (const [version, place] of places) {
        if (place.source !== source) continue;
        if (found.some((one) => one.name === name && one.version === version)) continue;
        if (!place.missing) {
          place.missing = true;
          continue;
        }
        places.delete(version);
        if (places.size === 0) this.models.delete(name);
        if (place.slot.current) this.options.onReload({ outcome: 'removed', name, version });
        void place.slot.close();
      }
    }
  }

  /** @throws RoentgenError ERR_INVALID_ARGUMENT where another source has that name and version */
  private placeFor({ name, version, folder }: Found, source: Source): Place {
    const places = this.models.get(name) ?? new Map<string, Place>();
    const present = places.get(version);
    if (present?.source === source) return present;
    if (present) {
      throw invalidArgument(
        'models',
        'one model for each name and version (rename one: name=path or name@version=path)',
        `${name}@${version} twice, once from ${folder}`,
      );
    }
    const place = { slot: new Slot(name, version, this.options.load), source, missing: false };
    this.models.set(name, places.set(version, place));
    return place;
  }
}

/** What can be asked of one model, the highest version first. */
function holdersOf(places: ReadonlyMap<string, Place>): Holder[] {
  return [...places.values()]
    .flatMap(({ slot }) => slot.current ?? [])
    .sort((a, b) => compareVersions(b.served.version, a.served.version));
}

function unclear({ folder }: Found): RoentgenError {
  return new RoentgenError(
    'ERR_INVALID_ARGUMENT',
    `${folder}: it holds several model files: leave one, or name one model_best.safetensors`,
  );
}

function unknown(what: string, asked: string, known: readonly string[]): RoentgenError {
  const suggestion = nearest(asked, known);
  const hint = suggestion === undefined ? '.' : `; did you mean ${suggestion}?`;
  return new RoentgenError(
    'ERR_UNKNOWN_MODEL',
    `${what}${hint} Known: ${known.join(', ') || 'none'}`,
  );
}
