/** A server that answers what its models think of images: `serve`. */
export interface RunningServer {
  /** Where it listens, as `http://127.0.0.1:8080`. */
  readonly url: string;
  /** Finishes the requests that were accepted, refuses others, and frees the models. */
  close(): Promise<void>;
}
