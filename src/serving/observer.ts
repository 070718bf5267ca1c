/** What is learned of requests while they are answered: their model and their work, for metrics and the log. */
import type { FastifyRequest } from 'fastify';
import type { Answer } from '../inference/index.js';
import type { ServedModel } from './registry/types.js';

/** What answering one request was; times in its queue and in the network are the predictor's to tell. */
export interface Work {
  /** Images or tensors. */
  images: number;
  /** One for each image that was answered; without them tensors were. */
  answers?: readonly Pick<Answer, 'label' | 'abstain'>[];
  /** Milliseconds from the body of the request to what the predictor was given, where that can be told. */
  inputMs?: number;
  /** Milliseconds from its answers to the body of the reply. */
  outputMs?: number;
}

/** For routes. */
export interface Observer {
  /** Call it once, when the work is done. */
  worked(request: FastifyRequest, work: Work): void;
}

/** How a request ended. */
export interface Ending {
  /** The route's pattern; null where there was none. */
  route: string | null;
  status: number;
  durationMs: number;
}

/** What was learned of one. */
export interface Learned {
  served?: ServedModel;
  work?: Work;
}

/** For the frame around the routes. */
export interface RequestObserver extends Observer {
  /** From now on the request counts as one of this model, whether it succeeds or fails. */
  asks(request: FastifyRequest, served: ServedModel): void;
  /** To be called once for each request, at its end. */
  over(request: FastifyRequest, ending: Ending): Learned;
}
