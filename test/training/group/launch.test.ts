/** Who a process is among those that train together, by what each kind of launcher says. */
import test from 'ava';
import { readLaunch, type Launch } from '../../../src/training/index.js';
import { firstHost } from '../../../src/training/group/launch.js';

type Environment = Record<string, string>;

const torchrun: Environment = {
  ...{ RANK: '5', WORLD_SIZE: '8', LOCAL_RANK: '1', LOCAL_WORLD_SIZE: '4' },
  ...{ MASTER_ADDR: 'node0', MASTER_PORT: '29400', TORCHELASTIC_USE_AGENT_STORE: 'True' },
  ...{ TORCHELASTIC_RESTART_COUNT: '2', TORCHELASTIC_RUN_ID: 'job7' },
};
const pytorchJob: Environment = {
  ...{ RANK: '1', WORLD_SIZE: '3', MASTER_ADDR: 'chest-master-0', MASTER_PORT: '23456' },
  ...{ PET_NNODES: '3' },
};
const slurm: Environment = {
  ...{ SLURM_PROCID: '6', SLURM_LOCALID: '2', SLURM_STEP_NUM_TASKS: '8', SLURM_JOB_ID: '81234' },
  ...{ SLURM_STEP_NODELIST: 'gpu[03-04]', SLURM_STEP_TASKS_PER_NODE: '4(x2)' },
};

const cases: readonly [name: string, environment: Environment, launch: Launch | null][] = [
  ['nothing', {}, null],
  ['one process of torchrun', { ...torchrun, RANK: '0', WORLD_SIZE: '1' }, null],
  [
    'torchrun',
    torchrun,
    {
      ...{ rank: 5, size: 8, localRank: 1, localSize: 4, address: 'node0', port: 29_400 },
      ...{ hosted: true, attempt: 2, id: 'job7' },
    },
  ],
  [
    'torchrun without an id',
    { ...torchrun, TORCHELASTIC_RUN_ID: 'none', TORCHELASTIC_USE_AGENT_STORE: 'False' },
    {
      ...{ rank: 5, size: 8, localRank: 1, localSize: 4, address: 'node0', port: 29_400 },
      ...{ hosted: false, attempt: 2, id: null },
    },
  ],
  [
    "Kubeflow's PyTorchJob",
    pytorchJob,
    {
      ...{ rank: 1, size: 3, localRank: 0, localSize: 1, address: 'chest-master-0', port: 23_456 },
      ...{ hosted: false, attempt: 0, id: null },
    },
  ],
  [
    'a step of Slurm',
    slurm,
    {
      ...{ rank: 6, size: 8, localRank: 2, localSize: 4, address: 'gpu03', port: 21_234 },
      ...{ hosted: false, attempt: 0, id: '81234' },
    },
  ],
  [
    'the script of a batch job, which is one process',
    { SLURM_PROCID: '0', SLURM_NTASKS: '8', SLURM_JOB_NODELIST: 'gpu[03-04]' },
    null,
  ],
];

for (const [name, environment, launch] of cases) {
  test(`started by ${name}`, (t) => {
    t.deepEqual(readLaunch(environment), launch);
  });
}

for (const [variable, value] of [
  ['RANK', '-1'],
  ['RANK', 'two'],
  ['WORLD_SIZE', '1.5'],
  ['MASTER_ADDR', ''],
  ['MASTER_PORT', '29400x'],
] as const) {
  test(`${variable} as ${JSON.stringify(value)} is named`, (t) => {
    t.throws(() => readLaunch({ ...torchrun, [variable]: value }), {
      code: 'ERR_INVALID_ARGUMENT',
      message: new RegExp(variable),
    });
  });
}

test('a rank that is too high, or none at all, is named', (t) => {
  t.throws(() => readLaunch({ ...torchrun, RANK: '8' }), { message: /at most 7 for rank/ });
  const { RANK: _, ...without } = torchrun;
  t.throws(() => readLaunch(without), { code: 'ERR_INVALID_ARGUMENT', message: /RANK/ });
});

test("the first host of Slurm's lists", (t) => {
  for (const [list, host] of [
    ['gpu3', 'gpu3'],
    ['gpu3,gpu4', 'gpu3'],
    ['gpu[03-05,9]', 'gpu03'],
    ['gpu[7],login[1-2]', 'gpu7'],
    ['rack-1-gpu[12-19]-ib,other', 'rack-1-gpu12-ib'],
  ] as const) {
    t.is(firstHost(list), host);
  }
});
