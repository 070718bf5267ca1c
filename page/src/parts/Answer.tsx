/** What the model says of a picture, or why it says nothing. */
import type { ModelEntry, PredictionEntry } from '../../../src/serving/api.js';
import { answerJob } from '../session/choices.js';
import type { Job, Picture } from '../session/state.js';
import { doubtInWords, failureInWords, percent, ruleInWords } from '../session/words.js';
import type { Stage } from '../stage.js';
import { Bars } from './Bars.js';

export function Answer({
  model,
  picture,
  ...stage
}: Stage & { model: ModelEntry; picture: Picture }) {
  const job = answerJob(stage.state, picture.id);
  if (job === null) return null;
  const { progress } = job;
  if (progress.kind === 'answered') return <Said model={model} answer={progress.answer} />;
  return <Unsaid {...stage} job={job} />;
}

function Said({ model, answer }: { model: ModelEntry; answer: PredictionEntry }) {
  const { label, abstain, predictionSet, probabilities } = answer;
  return (
    <div class="answer">
      {abstain === null ? (
        <p class="headline">
          <strong>{label}</strong> {percent(probabilities[label] ?? 0)}
        </p>
      ) : (
        <div class="doubt">
          <p class="headline">
            <strong>Uncertain</strong> ({abstain})
          </p>
          <p>{doubtInWords(answer)}</p>
        </div>
      )}
      <Bars model={model} answer={answer} />
      <p class="rule">
        {model.operatingPoint !== null && <span class="mark" aria-hidden="true" />}
        {ruleInWords(model)}
      </p>
      {predictionSet !== null && (
        <p class="rule">
          Prediction set: {predictionSet.length > 0 ? predictionSet.join(', ') : 'empty'}
        </p>
      )}
      {!model.abstains && <p class="rule">This model cannot say when it is uncertain.</p>}
    </div>
  );
}

export function Unsaid({ job, dispatch, conductor }: Stage & { job: Job }) {
  const { progress, key } = job;
  const retry = (
    <button type="button" onClick={() => conductor.retry(key)}>
      Try again
    </button>
  );
  switch (progress.kind) {
    case 'failed': {
      const { failure } = progress;
      return (
        <div class="failure">
          <p>
            <strong>{failureInWords(failure)}</strong>
          </p>
          <p>{failure.message}</p>
          {failure.requestId !== null && <p class="rule">Request {failure.requestId}</p>}
          {retry}
        </div>
      );
    }
    case 'canceled':
      return (
        <div class="failure">
          <p>Canceled.</p>
          {retry}
        </div>
      );
    default:
      return (
        <div class="pending">
          <p>{pendingInWords(job)}</p>
          <progress
            aria-label={pendingInWords(job)}
            {...(progress.kind === 'sending' && progress.share < 1 && { value: progress.share })}
          />
          <button type="button" onClick={() => dispatch({ kind: 'canceled', jobs: [key] })}>
            Cancel
          </button>
        </div>
      );
  }
}

function pendingInWords({ progress, map }: Job): string {
  if (progress.kind === 'waiting') {
    return progress.attempts > 0 ? 'The server is busy; it will be asked again.' : 'Waiting …';
  }
  if (progress.kind === 'sending' && progress.share < 1) return 'Sending …';
  return map === null ? 'Reading …' : 'Computing the heat map …';
}
