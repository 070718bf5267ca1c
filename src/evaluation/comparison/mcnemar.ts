/** McNemar's test: whether two models that answered the same images are right equally often. */
import { normalTail } from '../intervals/normal.js';

/** Only images that one of the models has right say anything; they count as independent. */
export interface McNemarTest {
  /** Images that only A has right. */
  onlyA: number;
  /** Images that only B has right. */
  onlyB: number;
  /** Two-sided, by the binomial distribution (McNemar, Psychometrika 12, 153, 1947). */
  exact: number;
  /**
   * Counts half of what was observed, and so comes closer to its level, which the exact test stays below (Fagerland,
   * Lydersen and Laake, BMC Med. Res. Methodol. 13, 91, 2013).
   */
  midP: number;
  /** Without continuity correction, one degree of freedom; null where the models are right on the same images. */
  chiSquare: { statistic: number; pValue: number } | null;
}

/**
 * @param onlyA images that only A has right
 * @param onlyB images that only B has right
 */
export function mcnemarTest(onlyA: number, onlyB: number): McNemarTest {
  const { tail, mass } = fairCoin(Math.min(onlyA, onlyB), onlyA + onlyB);
  const statistic = (onlyA - onlyB) ** 2 / (onlyA + onlyB);
  return {
    onlyA,
    onlyB,
    exact: Math.min(1, 2 * tail),
    midP: Math.min(1, 2 * tail - mass),
    chiSquare:
      onlyA + onlyB === 0 ? null : { statistic, pValue: 2 * normalTail(Math.sqrt(statistic)) },
  };
}

/** P(X ≤ heads) and P(X = heads) in `tosses` of a fair coin; `heads` is at most half of them. */
function fairCoin(heads: number, tosses: number): { tail: number; mass: number } {
  // As shares of the most likely outcome: 2^-tosses would be 0 from 1,075 tosses on.
  const likeliest = Math.floor(tosses / 2);
  let [term, total, tail, mass] = [1, 0, 0, 0];
  for (let outcome = likeliest; outcome >= 0; outcome -= 1) {
    const mirrored = outcome * 2 === tosses ? 1 : 2;
    total += mirrored * term;
    if (outcome <= heads) tail += term;
    if (outcome === heads) mass = term;
    term *= outcome / (tosses - outcome + 1);
  }
  return { tail: tail / total, mass: mass / total };
}
