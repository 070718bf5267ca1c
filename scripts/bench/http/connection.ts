/** One keep-alive connection that sends prepared HTTP/1.1 requests: node:net alone costs a third of node:http. */
import { connect, type Socket } from 'node:net';

export interface Reply {
  status: number;
  /** Performance clock, in ms, when the whole answer was there. */
  ended: number;
  body: Buffer;
}

/** A whole request, ready to be sent many times. */
export function prepareRequest(
  url: URL,
  headers: Readonly<Record<string, string>>,
  body: Uint8Array,
): Buffer {
  const fields = { host: url.host, ...headers, 'content-length': String(body.length) };
  const lines = Object.entries(fields).map(([name, value]) => `${name}: ${value}`);
  const head = [`POST ${url.pathname}${url.search} HTTP/1.1`, ...lines, '', ''].join('\r\n');
  return Buffer.concat([Buffer.from(head, 'latin1'), body]);
}

interface Waiting {
  resolve: (reply: Reply) => void;
  reject: (error: Error) => void;
}

/** Connects when it is first needed, and again after the server closed it. One request at a time. */
export class Connection {
  private readonly host: string;
  private readonly port: number;
  private socket: Socket | undefined;
  private received: Buffer = Buffer.alloc(0);
  private waiting: Waiting | undefined;

  constructor({ hostname, port }: URL) {
    this.host = hostname;
    this.port = Number(port);
  }

  /** Rejects where the connection fails or ends before a whole answer came. */
  send(request: Uint8Array): Promise<Reply> {
    return new Promise((resolve, reject) => {
      this.waiting = { resolve, reject };
      this.socket ??= this.open();
      this.socket.write(request);
    });
  }

  close(): void {
    this.socket?.destroy();
    this.socket = undefined;
  }

  private open(): Socket {
    const socket = connect({ host: this.host, port: this.port, noDelay: true });
    socket.on('data', (bytes: Buffer) => {
      try {
        this.receive(bytes);
      } catch (error) {
        this.fail(socket, error as Error);
      }
    });
    socket.on('error', (error) => {
      this.fail(socket, error);
    });
    socket.on('close', () => {
      this.fail(socket, new Error('the server closed the connection'));
    });
    return socket;
  }

  private fail(socket: Socket, error: Error): void {
    if (this.socket !== socket) return;
    this.close();
    this.received = Buffer.alloc(0);
    const { waiting } = this;
    this.waiting = undefined;
    waiting?.reject(error);
  }

  private receive(bytes: Buffer): void {
    this.received = this.received.length === 0 ? bytes : Buffer.concat([this.received, bytes]);
    const answer = parse(this.received);
    if (answer === undefined) return;
    this.received = Buffer.alloc(0);
    const { waiting } = this;
    this.waiting = undefined;
    if (answer.closes) this.close();
    waiting?.resolve({ status: answer.status, body: answer.body, ended: performance.now() });
  }
}

/** A whole answer; undefined while it is not all there. Only answers that tell their length are understood. */
function parse(received: Buffer): (Omit<Reply, 'ended'> & { closes: boolean }) | undefined {
  const end = received.indexOf('\r\n\r\n');
  if (end === -1) return undefined;
  const head = received.toString('latin1', 0, end);
  const status = Number(head.slice(9, 12));
  const length = Number(/^content-length: *(\d+)$/im.exec(head)?.[1] ?? NaN);
  const body = received.subarray(end + 4);
  if (Number.isNaN(length)) throw new Error(`an answer without a length:\n${head}`);
  if (body.length < length) return undefined;
  return { status, body, closes: /^connection: *close$/im.test(head) };
}
