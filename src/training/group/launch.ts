/** What a launcher says to each of the processes that train together: who it is, and where the others are. */
import { hostname } from 'node:os';
import { invalidArgument } from '../../native/index.js';

/** The place of this process among those that a launcher started. */
export interface Launch {
  /** Among all processes, from 0, and among those of this host. */
  rank: number;
  localRank: number;
  /** Processes on all hosts, and on this one. */
  size: number;
  localSize: number;
  /** Where the first process is. */
  address: string;
  port: number;
  /** Whether the launcher itself has the store where processes find each other. */
  hosted: boolean;
  /** How often all were started again. */
  attempt: number;
  /** The same for all processes and attempts; null where the launcher gives none. */
  id: string | null;
}

type Environment = Readonly<Record<string, string | undefined>>;

const defaultPort = 29_500;

/**
 * From the variables of torchrun, Kubeflow's PyTorchJob and `--nproc` (RANK, WORLD_SIZE, MASTER_ADDR, MASTER_PORT,
 * TORCHELASTIC_…), or those of a step of Slurm; null for a process that was started alone.
 * @throws RoentgenError ERR_INVALID_ARGUMENT naming the variable that is missing or wrong
 */
export function readLaunch(environment: Environment = process.env): Launch | null {
  const launch = readTorch(environment) ?? readSlurm(environment);
  if (launch === null || launch.size === 1) return null;
  for (const [name, value, most] of [
    ['rank', launch.rank, launch.size - 1],
    ['port', launch.port, 65_535],
  ] as const) {
    if (value > most) throw invalidArgument(name, `a number of at most ${most}`, value);
  }
  return launch;
}

function readTorch(environment: Environment): Launch | null {
  if (environment['WORLD_SIZE'] === undefined) return null;
  const size = integer(environment, 'WORLD_SIZE');
  const id = environment['TORCHELASTIC_RUN_ID'];
  return {
    rank: integer(environment, 'RANK'),
    size,
    localRank: integer(environment, 'LOCAL_RANK', 0),
    localSize: integer(environment, 'LOCAL_WORLD_SIZE', 1),
    address: size === 1 ? '' : text(environment, 'MASTER_ADDR'),
    port: integer(environment, 'MASTER_PORT', defaultPort),
    hosted: environment['TORCHELASTIC_USE_AGENT_STORE'] === 'True',
    attempt: integer(environment, 'TORCHELASTIC_RESTART_COUNT', 0),
    id: id === undefined || id === 'none' ? null : id,
  };
}

/** A step (srun) alone: the script of a batch job has the job's variables, and is one process. */
function readSlurm(environment: Environment): Launch | null {
  const steps = environment['SLURM_STEP_NUM_TASKS'];
  if (steps === undefined || environment['SLURM_STEP_NODELIST'] === undefined) return null;
  const job = integer(environment, 'SLURM_JOB_ID', 0);
  return {
    rank: integer(environment, 'SLURM_PROCID'),
    size: integer(environment, 'SLURM_STEP_NUM_TASKS'),
    localRank: integer(environment, 'SLURM_LOCALID', 0),
    localSize: Number.parseInt(environment['SLURM_STEP_TASKS_PER_NODE'] ?? '1', 10) || 1,
    address: environment['MASTER_ADDR'] ?? firstHost(text(environment, 'SLURM_STEP_NODELIST')),
    // Jobs that share a host must not share a port.
    port: integer(environment, 'MASTER_PORT', 20_000 + (job % 20_000)),
    hosted: false,
    attempt: integer(environment, 'SLURM_RESTART_COUNT', 0),
    id: environment['SLURM_JOB_ID'] ?? null,
  };
}

/** Of Slurm's short form: `gpu[03-05,9],login` begins with gpu03. */
export function firstHost(list: string): string {
  const match = /^([^,[]+)(?:\[(\d+)[^\]]*\])?([^,[]*)/.exec(list);
  return match ? `${match[1] ?? ''}${match[2] ?? ''}${match[3] ?? ''}` : list;
}

function text(environment: Environment, name: string): string {
  const value = environment[name];
  if (value) return value;
  throw invalidArgument(name, `the variable to be set on ${hostname()}`, value);
}

function integer(environment: Environment, name: string, otherwise?: number): number {
  const value = environment[name];
  if (value === undefined && otherwise !== undefined) return otherwise;
  const number = Number(text(environment, name));
  if (Number.isSafeInteger(number) && number >= 0) return number;
  throw invalidArgument(name, 'an integer of at least 0', value);
}
