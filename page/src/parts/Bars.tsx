/** All probabilities as bars, with the operating point marked on the class it is for. */
import type { ModelEntry, PredictionEntry } from '../../../src/serving/api.js';
import { percent } from '../session/words.js';

interface BarsProps {
  model: ModelEntry;
  answer: PredictionEntry;
}

const width = (share: number): string => `${(share * 100).toFixed(2)}%`;

export function Bars({ model, answer }: BarsProps) {
  const { operatingPoint: point } = model;
  return (
    <ul class="bars" aria-label="Probabilities">
      {model.classes.map((name) => {
        const probability = answer.probabilities[name] ?? 0;
        const answered = name === answer.label && answer.abstain === null;
        return (
          <li key={name} class={answered ? 'answered' : ''}>
            <span class="class">{name}</span>
            <span class="value">{percent(probability)}</span>
            <div class="track" aria-hidden="true">
              <div class="fill" style={{ width: width(probability) }} />
              {point?.positive === name && (
                <div class="mark" style={{ left: width(point.threshold) }} />
              )}
            </div>
          </li>
        );
      })}
    </ul>
  );
}
