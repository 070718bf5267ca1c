/** Event files are TensorBoard's own, byte for byte, and are whole whatever happens to the disk. */
import { execFile } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import test from 'ava';
import { packageRoot } from '../../src/native/index.js';
import { crc32c } from '../../src/training/logging/recordFile.js';
import { EventWriter } from '../../src/training/logging/tensorboard.js';
import { onSmallDisk } from '../smallDisk.js';
import { temporaryFolder } from '../temporaryFolder.js';

/** Three columns, two rows, 8-bit gray. */
const png = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAMAAAACCAAAAAC4HznGAAAAEElEQVR42mNgcGhgOPDgPwAJBwNgYnbjhQAAAABJRU5ErkJggg==',
  'base64',
);
const size = { width: 3, height: 2 };
const markdown = `| Röntgen | 値 |\n|---|---|\n${'| lr | 0.003 |\n'.repeat(20)}`;

/** The events of scripts/oracles/tensorboard_events.py. */
function writeEvents(writer: EventWriter): void {
  writer.scalar('loss/train', 0.7, 0);
  writer.scalar('loss/train', 0, 300);
  writer.scalar('loss/train', -1e-3, 2 ** 40 + 1);
  writer.scalar('loss/val', NaN, 1);
  writer.scalar('loss/val', Infinity, 2);
  writer.scalar('loss/val', -Infinity, 3);
  writer.image('augmented', png, size, 1);
  writer.text('settings', markdown, 0);
}

/** The oracle's, in milliseconds. */
const now = (): number => 1_700_000_000_250;

test('CRC-32C agrees with RFC 3720, appendix B.4', (t) => {
  const scsiRead =
    '01c00000000000000000000000000000140000000000040000000014000000182800000000000000';
  const examples: readonly (readonly [Uint8Array, number])[] = [
    [new Uint8Array(32), 0x8a9136aa],
    [new Uint8Array(32).fill(0xff), 0x62a8ab43],
    [Uint8Array.from({ length: 32 }, (_, index) => index), 0x46dd794e],
    [Uint8Array.from({ length: 32 }, (_, index) => 31 - index), 0x113fdb5c],
    [Buffer.from(`${scsiRead}0200000000000000`, 'hex'), 0xd9963a56],
  ];
  for (const [bytes, checksum] of examples) t.is(crc32c(bytes), checksum);
});

test('the file equals what TensorBoard writes for the same events, byte for byte', async (t) => {
  const writer = await EventWriter.create(await temporaryFolder(t), { now });
  writeEvents(writer);
  await writer.close();
  const fixture = join(packageRoot, 'test/fixtures/training/events.out.tfevents.fixture');
  t.deepEqual(await readFile(writer.path), await readFile(fixture));
});

test('the name tells the second, the host and the process, and no file is written twice', async (t) => {
  const folder = await temporaryFolder(t);
  const writers = [];
  for (let run = 0; run < 3; run += 1) writers.push(await EventWriter.create(folder, { now }));
  for (const writer of writers) await writer.close();
  const prefix = `events.out.tfevents.1700000000.${hostname()}.${process.pid}`;
  t.deepEqual((await readdir(folder)).sort(), [`${prefix}.0`, `${prefix}.1`, `${prefix}.2`]);
  t.deepEqual(
    writers.map(({ path }) => basename(path)),
    [`${prefix}.0`, `${prefix}.1`, `${prefix}.2`],
  );
});

/** Frame, time, and `brain.Event:2` with its key and length. */
const versionRecordSize = 16 + 9 + 15;

test('events reach the file with flush, not before', async (t) => {
  const writer = await EventWriter.create(await temporaryFolder(t));
  writeEvents(writer);
  t.is((await readFile(writer.path)).length, versionRecordSize);
  await writer.flush();
  t.true((await readFile(writer.path)).length > versionRecordSize);
  await writer.close();
});

test('flushes that overlap write every event once and in order', async (t) => {
  const folder = await temporaryFolder(t);
  const steps = Array.from({ length: 20 }, (_, step) => step);
  const overlapping = await EventWriter.create(folder, { now });
  const flushes = steps.map((step) => {
    overlapping.scalar('loss', step, step);
    return overlapping.flush();
  });
  await Promise.all(flushes);
  await overlapping.close();

  const single = await EventWriter.create(folder, { now });
  for (const step of steps) single.scalar('loss', step, step);
  await single.close();
  t.deepEqual(await readFile(overlapping.path), await readFile(single.path));
});

test('a step that is negative, broken or too large to be exact is refused', async (t) => {
  const writer = await EventWriter.create(await temporaryFolder(t));
  for (const step of [-1, 0.5, NaN, 2 ** 53]) {
    t.throws(() => writer.scalar('loss', 1, step), {
      code: 'ERR_INVALID_ARGUMENT',
      message: /step/,
    });
  }
  await writer.close();
});

test('an image without pixels is refused', async (t) => {
  const writer = await EventWriter.create(await temporaryFolder(t));
  for (const wrong of [{ width: 0 }, { height: -2 }, { width: 1.5 }]) {
    t.throws(() => writer.image('augmented', png, { ...size, ...wrong }, 0), {
      code: 'ERR_INVALID_ARGUMENT',
      message: /size/,
    });
  }
  await writer.close();
});

test('a closed writer takes no events; closing it again does nothing', async (t) => {
  const writer = await EventWriter.create(await temporaryFolder(t));
  await writer.close();
  await writer.close();
  t.throws(() => writer.scalar('loss', 1, 0), { code: 'ERR_DISPOSED' });
});

test('a missing folder is ERR_IO', async (t) => {
  const folder = join(await temporaryFolder(t), 'missing');
  await t.throwsAsync(EventWriter.create(folder), { code: 'ERR_IO', message: /missing/ });
});

test('a full disk costs no record: the file stays whole, and a later flush writes the rest', async (t) => {
  const folder = await temporaryFolder(t);
  const source = require.resolve('../../src/training/logging/tensorboard.js');
  const script = `
    const { EventWriter } = require(${JSON.stringify(source)});
    const { readFileSync, rmSync, statSync, writeFileSync } = require('node:fs');
    (async () => {
      const now = () => 1_700_000_000_250;
      const image = Buffer.alloc(40_000, 'x');
      const events = async (writer, atFlush) => {
        writer.scalar('loss', 1, 0);
        await writer.flush();
        writer.image('image', image, { width: 200, height: 200 }, 1);
        await atFlush(writer);
        writer.scalar('loss', 2, 2);
        await writer.close();
        return readFileSync(writer.path);
      };
      const expected = await events(await EventWriter.create('.', { now }), () => undefined);
      const outcome = {};
      const written = await events(await EventWriter.create('disk', { now }), async (writer) => {
        const before = statSync(writer.path).size;
        writeFileSync('disk/other', Buffer.alloc(40_000));
        outcome.code = await writer.flush().catch((error) => error.code);
        outcome.torn = statSync(writer.path).size - before;
        rmSync('disk/other');
      });
      console.log(JSON.stringify({ ...outcome, equal: written.equals(expected) }));
    })();`;
  const printed = await onSmallDisk(t, folder, '64k', script);
  if (printed === undefined) return;
  t.deepEqual(printed, { code: 'ERR_NO_SPACE', torn: 0, equal: true });
});

/** Prints what TensorBoard reads in a folder; figures as Python writes them, because JSON has no NaN. */
const reader = `
import json, sys
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
events = EventAccumulator(sys.argv[1], size_guidance={"scalars": 0, "images": 0, "tensors": 0}).Reload()
tags = events.Tags()
json.dump({
    "scalars": {
        tag: [[e.step, str(round(e.value, 6)), e.wall_time] for e in events.Scalars(tag)]
        for tag in tags["scalars"]
    },
    "images": {
        tag: [[e.step, e.width, e.height, e.encoded_image_string.hex()] for e in events.Images(tag)]
        for tag in tags["images"]
    },
    "texts": {
        tag: [
            [e.step, events.SummaryMetadata(tag).plugin_data.plugin_name, e.tensor_proto.string_val[0].decode()]
            for e in events.Tensors(tag)
        ]
        for tag in tags["tensors"]
    },
}, sys.stdout)
`;

test('TensorBoard reads the events of a run and of its resumption as one', async (t) => {
  const python = process.env['ROENTGEN_PYTHON'] ?? 'python3';
  const run = promisify(execFile);
  const missing = await run(python, ['-c', 'import tensorboard']).then(
    () => false,
    () => true,
  );
  if (missing) {
    t.log(`skipped: ${python} has no tensorboard; ROENTGEN_PYTHON may name a Python that has`);
    t.pass();
    return;
  }
  const first = await EventWriter.create(await temporaryFolder(t), { now });
  writeEvents(first);
  await first.close();
  const folder = dirname(first.path);
  const resumed = await EventWriter.create(folder, { now: () => now() + 60_000 });
  resumed.scalar('loss/val', 0.25, 4);
  await resumed.close();

  const { stdout } = await run(python, ['-c', reader, folder]);
  const time = now() / 1000;
  t.deepEqual(JSON.parse(stdout), {
    scalars: {
      'loss/train': [
        [0, '0.7', time],
        [300, '0.0', time],
        [2 ** 40 + 1, '-0.001', time],
      ],
      'loss/val': [
        [1, 'nan', time],
        [2, 'inf', time],
        [3, '-inf', time],
        [4, '0.25', time + 60],
      ],
    },
    images: { augmented: [[1, size.width, size.height, png.toString('hex')]] },
    texts: { settings: [[0, 'text', markdown]] },
  });
});
