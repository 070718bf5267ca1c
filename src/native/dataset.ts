/** Packed images in native memory: uint8 [N, C, H, W], int32 columns, and metadata. */
import { addon, type NativeDataset } from './addon.js';
import { callNative, runNative } from './call.js';
import type { Normalization, PreviewOptions, Shape4 } from './types.js';

/** Slots in a raw file, and which of them to take, in order: C·H·W bytes and, where `masked`, H·W of the image's mask. */
export interface RawLayout {
  channels: number;
  height: number;
  width: number;
  masked: boolean;
  keep: Int32Array;
}

/** Dispose a dataset, or let `using` do it, when its megabytes should not wait for the garbage collector. */
export class Dataset implements Disposable {
  /** The addon's handle, for src/native alone. */
  readonly handle: NativeDataset;

  private constructor(handle: NativeDataset) {
    this.handle = handle;
  }

  /** Reads a packed file. Throws ERR_NOT_FOUND, ERR_IO, or ERR_INVALID_FILE saying which rule is broken. */
  static async open(path: string): Promise<Dataset> {
    return new Dataset(await runNative(() => addon().Dataset.open(path)));
  }

  /** Takes images from a raw file. Throws ERR_NOT_FOUND or ERR_IO. */
  static async fromRaw(path: string, layout: RawLayout): Promise<Dataset> {
    return new Dataset(await runNative(() => addon().Dataset.fromRaw(path, layout)));
  }

  /** Copies images from memory. Throws ERR_INVALID_ARGUMENT where length and shape disagree. */
  static fromImages(images: Uint8Array, shape: Shape4): Dataset {
    return new Dataset(callNative(() => addon().Dataset.fromImages(images, shape)));
  }

  get shape(): Shape4 {
    return callNative(() => this.handle.shape());
  }

  get metadata(): Readonly<Record<string, string>> {
    return callNative(() => this.handle.metadata());
  }

  /** One value per image. Throws ERR_INVALID_FILE where the column is missing. */
  column(name: string): Int32Array {
    return callNative(() => this.handle.column(name));
  }

  /** One image, C·H·W bytes. Throws ERR_INVALID_ARGUMENT outside [0, N). */
  read(index: number): Uint8Array {
    return callNative(() => this.handle.read(index));
  }

  /**
   * What is to be seen of an image, H·W bytes: 0 outside, where it is black; null where the images have no masks.
   * Throws ERR_INVALID_ARGUMENT outside [0, N).
   */
  mask(index: number): Uint8Array | null {
    return callNative(() => this.handle.mask(index));
  }

  /**
   * Images as training sees them before they are normalized and mixed, C·H·W bytes each, one after another. For a
   * few: it does not return before they are made. Throws ERR_INVALID_ARGUMENT.
   */
  preview(options: PreviewOptions): Uint8Array {
    return callNative(() => this.handle.preview(options));
  }

  /**
   * Mean and standard deviation of every pixel of these images, in [0, 1], per channel. Throws ERR_INVALID_ARGUMENT
   * for none.
   */
  async measure(indices: Int32Array): Promise<Normalization> {
    return runNative(() => this.handle.measure({ indices }));
  }

  /** Writes the images with these columns and metadata: whole or not at all. Throws ERR_NO_SPACE, ERR_IO. */
  async save(
    path: string,
    contents: { metadata: Record<string, string>; columns: Record<string, Int32Array> },
  ): Promise<void> {
    await runNative(() => this.handle.save(path, contents));
  }

  /** Frees the images once no operation uses them; later calls throw ERR_DISPOSED. */
  dispose(): void {
    this.handle.dispose();
  }

  [Symbol.dispose](): void {
    this.dispose();
  }
}
