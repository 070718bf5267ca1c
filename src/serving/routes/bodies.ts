/** Bodies as they come: bytes of any kind, and the files of a form. Nothing is written to disk. */
import multipart from '@fastify/multipart';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { RoentgenError } from '../../native/index.js';
import { RequestError } from '../failures.js';
import { mebibyte, type ResolvedSettings } from '../settings.js';

/** Bodies of every type become a Buffer in `request.body`, and none becomes an empty one. */
export function takeBytes(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_, body, done) => {
    done(null, body);
  });
}

/** As `takeBytes`, and forms are read by `readFiles`. */
export async function takeFiles(app: FastifyInstance, settings: ResolvedSettings): Promise<void> {
  takeBytes(app);
  const { maxImages: files, maxBodyMiB } = settings;
  await app.register(multipart, {
    // Fields say nothing here, and need no room.
    limits: {
      files,
      fields: 16,
      parts: files + 16,
      fieldSize: 1024,
      fileSize: maxBodyMiB * mebibyte,
    },
  });
}

/** @throws RequestError ERR_MEDIA_TYPE for a compressed body */
export function readBytes(request: FastifyRequest): Uint8Array {
  const encoding = request.headers['content-encoding'] ?? 'identity';
  if (encoding !== 'identity') {
    throw new RequestError(
      'ERR_MEDIA_TYPE',
      `Content-Encoding ${encoding} is not read here: send the body uncompressed`,
    );
  }
  return request.body instanceof Uint8Array ? request.body : Buffer.alloc(0);
}

export interface UploadedFile {
  /** As the client calls it; `image` where it gives no name. */
  name: string;
  bytes: Uint8Array;
}

const example = 'curl -F file=@chest.png, or curl --data-binary @chest.png';

/**
 * The files of a form, whatever their fields are called, or the whole body as one file.
 * @throws RequestError ERR_MEDIA_TYPE for JSON and text, ERR_BODY_TOO_LARGE; RoentgenError ERR_INVALID_ARGUMENT where
 * there is no file
 */
export async function readFiles(
  request: FastifyRequest,
  settings: ResolvedSettings,
): Promise<UploadedFile[]> {
  const files = request.isMultipart()
    ? await readForm(request, settings).catch(refuseForm)
    : readWhole(request);
  if (files.length > 0) return files;
  throw new RoentgenError('ERR_INVALID_ARGUMENT', `There is no image in the request: ${example}`);
}

async function readForm(
  request: FastifyRequest,
  { maxBodyMiB }: ResolvedSettings,
): Promise<UploadedFile[]> {
  const files: UploadedFile[] = [];
  let total = 0;
  for await (const part of request.files()) {
    const bytes = await part.toBuffer();
    total += bytes.length;
    if (total > maxBodyMiB * mebibyte) {
      throw new RequestError('ERR_BODY_TOO_LARGE', `The files have more than ${maxBodyMiB} MiB`);
    }
    files.push({ name: part.filename || 'image', bytes });
  }
  return files;
}

/** The parser of forms throws plain errors for what it cannot read. */
function refuseForm(error: unknown): never {
  const plain = error instanceof Error && !(error instanceof RequestError || 'statusCode' in error);
  if (!plain) throw error;
  throw new RoentgenError('ERR_INVALID_ARGUMENT', `The form cannot be read: ${error.message}`);
}

function readWhole(request: FastifyRequest): UploadedFile[] {
  const [type = ''] = (request.headers['content-type'] ?? '').toLowerCase().split(';');
  if (type.trim() === 'application/json' || type.startsWith('text/')) {
    throw new RequestError(
      'ERR_MEDIA_TYPE',
      `The body is the image itself, not ${type.trim()}: ${example}. JSON with base64 is for the Open Inference Protocol's infer`,
    );
  }
  const bytes = readBytes(request);
  return bytes.length === 0 ? [] : [{ name: 'image', bytes }];
}
