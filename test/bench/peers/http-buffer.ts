// A bare Fastify route that sends the same finished bytes each time: the octets of argument 1, as JSON.
import { fastify } from 'fastify';

const body = Buffer.from(process.argv[2]!);
const app = fastify();
app.get('/*', (_request, reply) => reply.type('application/json').send(body));
const address = await app.listen({ host: '127.0.0.1', port: 0 });
process.send!({ event: 'ready', endpoints: { http: address } });
