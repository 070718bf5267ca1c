/** Parts of the picture: an 8×8 thumbnail, the frame without the middle, everything but the lungs. */
import { visitImages } from './images.js';
import { lungRegion } from './lungs.js';
import { side, type Material, type NoView, type View } from './types.js';

/** Width of the frame as a share of the side. */
const frameShare = 0.08;
const thumbnailSide = 8;

/** The whole image, area-averaged to 8×8: brightness and posture, and the coarsest of the lungs. */
export async function viewThumbnail(material: Material, signal?: AbortSignal): Promise<View> {
  const block = side / thumbnailSide;
  const average = (image: Uint8Array, cell: number): number => {
    const [row, column] = [
      Math.floor(cell / thumbnailSide) * block,
      (cell % thumbnailSide) * block,
    ];
    let sum = 0;
    for (let y = row; y < row + block; y += 1) {
      for (let x = column; x < column + block; x += 1) sum += image[y * side + x] ?? 0;
    }
    return sum / block ** 2;
  };
  const see = (image: Uint8Array): Uint8Array =>
    Uint8Array.from({ length: thumbnailSide ** 2 }, (_, cell) => Math.round(average(image, cell)));
  return seeAll(material, thumbnailSide, see, signal);
}

/** Only the outer 8% of each side; the middle is black. */
export async function viewBorder(material: Material, signal?: AbortSignal): Promise<View> {
  const frame = Math.round(frameShare * side);
  const inner = (place: number): boolean => place >= frame && place < side - frame;
  const middle = Uint8Array.from({ length: side ** 2 }, (_, at) =>
    inner(Math.floor(at / side)) && inner(at % side) ? 1 : 0,
  );
  return seeAll(material, side, blackening(middle), signal);
}

/** One region that is black in all images, in which the lungs lie; see `lungRegion`. */
export async function viewWithoutLungs(
  material: Material,
  signal?: AbortSignal,
): Promise<View | NoView> {
  const lungs = await lungRegion(material, signal);
  if ('reason' in lungs) return lungs;
  const { region, note, problems } = lungs;
  const view = await seeAll(material, side, blackening(region), signal);
  return { ...view, note, problems };
}

/** Black is 0, so that painting is multiplying. */
function blackening(region: Uint8Array): (image: Uint8Array) => Uint8Array {
  return (image) => image.map((value, at) => (region[at] === 0 ? value : 0));
}

async function seeAll(
  material: Material,
  seenSide: number,
  see: (image: Uint8Array) => Uint8Array,
  signal: AbortSignal | undefined,
): Promise<View> {
  const bytes = new Uint8Array(material.positions.length * seenSide ** 2);
  const put = (image: Uint8Array, row: number): void => {
    bytes.set(see(image), row * seenSide ** 2);
  };
  await visitImages(material, put, signal);
  return { bytes, height: seenSide, width: seenSide };
}
