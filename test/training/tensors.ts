/** The bytes of every tensor of a safetensors file; the format is simple enough to need no library. */
import { readFile } from 'node:fs/promises';

/** By name, as https://github.com/huggingface/safetensors lays them out. */
export async function readTensors(path: string): Promise<Map<string, Buffer>> {
  const file = await readFile(path);
  const start = 8 + Number(file.readBigUInt64LE(0));
  const header = JSON.parse(file.toString('utf8', 8, start)) as Record<
    string,
    { data_offsets: [from: number, to: number] }
  >;
  const entries = Object.entries(header).filter(([name]) => name !== '__metadata__');
  return new Map(
    entries.map(
      ([
        name,
        {
          data_offsets: [from, to],
        },
      ]) => [name, file.subarray(start + from, start + to)],
    ),
  );
}
