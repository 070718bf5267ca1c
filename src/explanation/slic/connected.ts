/** Superpixels in one piece each: what is cut off joins a neighbor. */

/** Regions below half the mean size join a neighbor, those above three times are cut: scikit-image's defaults. */
const smallest = 0.5;
const largest = 3;

/**
 * Numbers connected regions of equal labels anew, in the order of their first pixels. A region that is too small takes
 * the number of one beside it, as in the code of Achanta et al.
 * @param labels [H, W]
 * @param meanSize pixels of a superpixel on average
 */
export function connected(
  labels: Int32Array,
  { height, width, meanSize }: { height: number; width: number; meanSize: number },
): { labels: Int32Array; count: number } {
  const [minimum, maximum] = [Math.floor(smallest * meanSize), Math.floor(largest * meanSize)];
  const numbered = new Int32Array(labels.length).fill(-1);
  const region = new Int32Array(Math.max(1, maximum));
  let next = 0;
  for (let first = 0; first < labels.length; first += 1) {
    if (numbered[first] !== -1) continue;
    const { size, neighbor } = floodRegion(first);
    if (size < minimum) region.subarray(0, size).forEach((pixel) => (numbered[pixel] = neighbor));
    else next += 1;
  }
  return {
    labels: numbered,
    count: numbered.reduce((most, label) => Math.max(most, label), 0) + 1,
  };

  /** Gives the number `next` to all that is connected, up to the largest size; `neighbor` has a number already. */
  function floodRegion(first: number): { size: number; neighbor: number } {
    const label = labels[first];
    let [size, neighbor] = [1, next];
    numbered[first] = next;
    region[0] = first;
    for (let visited = 0; visited < size && size < maximum; visited += 1) {
      const pixel = region[visited] ?? 0;
      for (const beside of neighborsOf(pixel)) {
        const number = numbered[beside] ?? -1;
        if (labels[beside] === label && number === -1) {
          numbered[beside] = next;
          region[size] = beside;
          size += 1;
          if (size >= maximum) break;
        } else if (number !== -1 && number !== next) {
          neighbor = number;
        }
      }
    }
    return { size, neighbor };
  }

  /** Right, left, below, above: the order decides which neighbor a small region joins. */
  function neighborsOf(pixel: number): number[] {
    const column = pixel % width;
    const beside: number[] = [];
    if (column + 1 < width) beside.push(pixel + 1);
    if (column > 0) beside.push(pixel - 1);
    if (pixel + width < height * width) beside.push(pixel + width);
    if (pixel >= width) beside.push(pixel - width);
    return beside;
  }
}
