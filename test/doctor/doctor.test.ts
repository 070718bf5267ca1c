/** The doctor finds what is broken, and says what helps. */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import test from 'ava';
import { satisfies } from '../../src/doctor/software.js';
import { doctor, formatDoctor, type DoctorReport } from '../../src/index.js';

test('a machine that runs these tests is healthy, down to a training step', async (t) => {
  const report = await doctor();
  t.true(report.healthy, formatDoctor(report));
  const names = report.checks.map(({ name }) => name);
  for (const name of ['Node', 'sharp', 'addon', 'LibTorch', 'processor', 'CUDA', 'training']) {
    t.true(names.includes(name), name);
  }
});

test('whatever is not well has a remedy in the text, and the verdict counts it', (t) => {
  const report: DoctorReport = {
    healthy: false,
    version: '1.2.3',
    root: '/opt/roentgen',
    checks: [
      { name: 'Node', status: 'ok', summary: '22.12.0' },
      { name: 'memory', status: 'warning', summary: '1.0 GB', remedy: 'smaller batches' },
      { name: 'addon', status: 'failed', summary: 'not built', remedy: 'npm run setup' },
    ],
  };
  t.is(
    formatDoctor(report),
    [
      'roentgen 1.2.3 in /opt/roentgen',
      '',
      '✓ Node    22.12.0',
      '! memory  1.0 GB',
      '          → smaller batches',
      '✗ addon   not built',
      '          → npm run setup',
      '',
      '1 of 3 checks failed. What helps stands behind the arrows.',
      '',
    ].join('\n'),
  );
});

const range = '^20.19.0 || >=22.12.0';
const versions = {
  '20.19.0': true,
  '20.20.2': true,
  '20.18.9': false,
  '21.7.0': false,
  '22.11.9': false,
  '22.12.0': true,
  '24.0.0': true,
};
for (const [version, fits] of Object.entries(versions)) {
  test(`Node ${version} ${fits ? 'is' : 'is not'} in ${range}`, (t) => {
    t.is(satisfies(version, range), fits);
  });
}

test('without the addon the doctor still answers: what is missing, and the remedy', (t) => {
  const root = mkdtempSync(join(tmpdir(), 'roentgen-doctor-'));
  t.teardown(() => {
    rmSync(root, { recursive: true, force: true });
  });
  for (const path of ['package.json', 'CMakeLists.txt', 'models', 'scripts', 'dist/src']) {
    cpSync(resolve(path), join(root, path), { recursive: true });
  }
  symlinkSync(resolve('node_modules'), join(root, 'node_modules'));

  const program = join(root, 'scripts/roentgen.mjs');
  const env = { ...process.env, ROENTGEN_CACHE: join(root, 'cache') };
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, 'doctor'], {
    encoding: 'utf8',
    env,
  });
  t.is(status, 1, stderr);
  t.regex(stdout, /✗ addon +The native addon is not built.*\n +→ npx roentgen setup\n/);
  t.regex(stdout, /✓ sharp/);
  t.notRegex(stdout, /LibTorch {2}/, 'what cannot be known is not guessed');
});
