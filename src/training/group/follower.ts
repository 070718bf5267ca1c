/** The other processes of a group: they make ready what the first one trains, and do as it says. */
import {
  isAbort,
  packageVersion,
  RoentgenError,
  systemInfo,
  Trainer,
  type Group,
} from '../../native/index.js';
import { prepare, type Places, type Preparation } from '../preparation.js';
import { parseSettings } from '../settings.js';
import { frozenIn } from '../transfer.js';
import { listen, type Beginning, type End, type Task } from './messages.js';

/** Where a process that does not lead reads the images of the run that it joins. */
export interface FollowOptions extends Pick<Places, 'cacheDir' | 'workers'> {
  /** Where this process has the images; default where the first one has them. */
  data?: string | undefined;
}

/**
 * Trains along until the first process says that the run ends.
 * @throws RoentgenError ERR_PEER where the images or the version differ from the first process's, or that one is gone;
 * as `train`
 */
export async function followTraining(group: Group, options: FollowOptions = {}): Promise<void> {
  const beginning = await listen<Beginning | End>(group);
  // The first process could not even begin, and says why itself.
  if (beginning.kind === 'end') return;
  checkVersions(beginning);
  const { normalization, audit, keepGoing } = beginning;
  const settings = parseSettings(beginning.settings);
  const { data = beginning.data, ...places } = options;
  using preparation = await prepare(
    settings,
    { ...places, data, keepGoing },
    {},
    { origin: { normalization, audit }, makeTrainer: (...parts) => new Trainer(...parts, group) },
  );
  checkImages(beginning, preparation);
  const { network, packed, spec, trainer } = preparation;
  for (;;) {
    const task = await listen<Task>(group);
    if (task.kind === 'end') return;
    if (task.kind === 'share') {
      await trainer.share();
    } else if (task.kind === 'epoch') {
      if (settings.freeze.length > 0) network.freeze(frozenIn(task.options.epoch, spec, settings));
      await unlessAborted(trainer.epoch(packed.dataset, task.options));
    } else {
      if (task.averaged) trainer.exchangeAverage();
      await unlessAborted(trainer.evaluate(packed.dataset, task.options));
      // The next epoch goes on with the weights as they were trained.
      if (task.averaged) trainer.exchangeAverage();
    }
  }
}

/** The first process was told to stop, and all stopped with it: it has the last word. */
async function unlessAborted(work: Promise<unknown>): Promise<void> {
  await work.catch((error: unknown) => {
    if (!isAbort(error)) throw error;
  });
}

function checkVersions({ versions }: Beginning): void {
  const own = { roentgen: packageVersion, torch: systemInfo().torchVersion };
  if (versions.roentgen === own.roentgen && versions.torch === own.torch) return;
  const words = ({ roentgen, torch }: typeof own): string =>
    `roentgen ${roentgen} on LibTorch ${torch}`;
  throw new RoentgenError(
    'ERR_PEER',
    `The first process has ${words(versions)}, this one ${words(own)}: install the same everywhere`,
  );
}

function checkImages(
  { dataHash, maskHash, data }: Beginning,
  { packed: { index }, data: own }: Preparation,
): void {
  if (index.sourceHash === dataHash && (index.maskHash ?? null) === maskHash) return;
  throw new RoentgenError(
    'ERR_PEER',
    `${own} has other images than the first process's ${data}: its hash is ${index.sourceHash.slice(0, 12)} and not ` +
      `${dataHash.slice(0, 12)}. Give all processes the same images.`,
  );
}
