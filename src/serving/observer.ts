/** What routes tell of their work, for metrics and the log. */
import type { FastifyRequest } from 'fastify';
import type { Answer } from '../inference/index.js';
import type { ServedModel } from './registry/types.js';

/** What answering one request has cost. Durations are sums over its images, in milliseconds. */
export interface Work {
  /** Decoding and preprocessing. */
  inputMs: number;
  /** In the predictor's queue. */
  queueMs: number;
  computeMs: number;
  /** From outputs to the body of the answer. */
  outputMs: number;
  /** One for each image that was answered; empty where tensors were. */
  answers: readonly Pick<Answer, 'label' | 'abstain'>[];
  /** Images or tensors. */
  images: number;
}

export interface Observer {
  /** From now on the request counts as one of this model, whether it succeeds or fails. */
  asks(request: FastifyRequest, served: ServedModel): void;
  /** Call it once, when the work is done. */
  worked(request: FastifyRequest, work: Work): void;
}
