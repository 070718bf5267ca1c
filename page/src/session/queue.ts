/** The questions to the server: which are to be asked, which comes next, and when one is asked again. */
import { answerOf, chosenModel, jobKey, mapChoice, pictureOf, shownPanes } from './choices.js';
import { keyOf, type Job, type State } from './state.js';

/** Uploads at a time: one on its way while another is computed. */
const concurrency = 2;

/** A server that was too busy this often in a row is left alone. */
const mostAttempts = 6;

/** In milliseconds: the first wait, doubled each time, and the longest. */
const firstWait = 1000;
const longestWait = 60_000;

type Question = Pick<Job, 'picture' | 'model' | 'map'>;

/** Each picture's answer; and the maps of what is on the screen, once there is an answer to explain. */
function wanted(state: State): Question[] {
  const entry = chosenModel(state);
  if (entry === null) return [];
  const model = keyOf(entry);
  const answers = state.pictures.map(({ id }) => ({ picture: id, model, map: null }));
  const maps = shownPanes(state).flatMap((pane): Question[] => {
    const picture = pictureOf(state, pane);
    const map = mapChoice(entry, pane);
    if (picture === null || map === null || answerOf(state, picture.id) === null) return [];
    // Where the browser cannot show the file, what the network saw is the only picture there is.
    return state.overlay.shown || picture.preview === 'none'
      ? [{ picture: picture.id, model, map }]
      : [];
  });
  return [...answers, ...maps];
}

const isOpen = ({ progress }: Job): boolean =>
  progress.kind === 'waiting' || progress.kind === 'sending';

/** The state with a job for all that is wanted, and without those that wait for what nobody looks at any more. */
export function withWantedJobs(state: State): State {
  const questions = wanted(state);
  const keys = new Set(questions.map(({ picture, model, map }) => jobKey(picture, model, map)));
  const kept = Object.values(state.jobs).filter((job) => keys.has(job.key) || !isOpen(job));
  const jobs: Record<string, Job> = Object.fromEntries(kept.map((job) => [job.key, job]));
  for (const question of questions) {
    const key = jobKey(question.picture, question.model, question.map);
    jobs[key] ??= { ...question, key, progress: { kind: 'waiting', attempts: 0, from: 0 } };
  }
  const unchanged = Object.keys(jobs).join() === Object.keys(state.jobs).join();
  return unchanged ? state : { ...state, jobs };
}

/** The jobs to send now: first those of the pictures on the screen. */
export function startable(state: State, now: number): Job[] {
  if (state.connection !== 'ready') return [];
  const jobs = Object.values(state.jobs);
  const sending = jobs.filter(({ progress }) => progress.kind === 'sending').length;
  const shown = new Set(shownPanes(state).map(({ picture }) => picture));
  const urgency = ({ picture }: Job): number => (shown.has(picture) ? 0 : 1);
  return jobs
    .filter(({ progress }) => progress.kind === 'waiting' && progress.from <= now)
    .sort((a, b) => urgency(a) - urgency(b))
    .slice(0, Math.max(0, concurrency - sending));
}

/** When the next job may be sent that may not be yet; null where none waits for the clock. */
export function nextStart(state: State, now: number): number | null {
  const times = Object.values(state.jobs).flatMap(({ progress }) =>
    progress.kind === 'waiting' && progress.from > now ? [progress.from] : [],
  );
  return times.length === 0 ? null : Math.min(...times);
}

/**
 * How long to leave a busy server alone after `attempts` refusals, in milliseconds; null for good.
 * @param retryAfter what the server asked for, which is never undercut
 * @param chance in [0, 1): spreads those who were refused together
 */
export function waitAfter(attempts: number, retryAfter: number, chance: number): number | null {
  if (attempts >= mostAttempts) return null;
  const own = firstWait * 2 ** (attempts - 1) * (1 + chance / 2);
  return Math.max(retryAfter, Math.min(longestWait, own));
}

/** Of the answers: how many there are, and how many are still to come. */
export function tally(state: State): { answered: number; open: number; total: number } {
  const jobs = Object.values(state.jobs).filter(
    ({ map, model }) => map === null && model === state.model,
  );
  const answered = jobs.filter(({ progress }) => progress.kind === 'answered').length;
  return { answered, open: jobs.filter(isOpen).length, total: state.pictures.length };
}
