import { Agent, request } from 'node:http';

/** Sends PUT requests to one server over a few connections that stay open; what is more waits. */
export class HttpClient {
  readonly #base: URL;
  readonly #agent: Agent;

  /** @param base `http://127.0.0.1:8500` */
  constructor(base: string, connections: number) {
    this.#base = new URL(base);
    this.#agent = new Agent({ keepAlive: true, maxSockets: connections });
  }

  /** Resolves when the server has answered 200. */
  put(path: string, body?: object): Promise<void> {
    const text = body === undefined ? '' : JSON.stringify(body);
    const { hostname, port } = this.#base;
    const headers = { 'content-length': Buffer.byteLength(text) };
    return new Promise((resolve, reject) => {
      const sent = request({ agent: this.#agent, method: 'PUT', hostname, port, path, headers }, (answer) => {
        answer.resume();
        answer.on('end', () => {
          if (answer.statusCode === 200) resolve();
          else reject(new Error(`PUT ${path}: ${answer.statusCode}`));
        });
      });
      sent.on('error', reject);
      sent.end(text);
    });
  }

  close(): void {
    this.#agent.destroy();
  }
}
