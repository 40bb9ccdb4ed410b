import { All, Controller, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { sendText } from './send.js';

/** Begins as a Consul agent without its UI does: clients and probes tell by it what they have reached. */
const GREETING = "Consul Agent: UI disabled. This is Signpost; its HTTP API is below '/v1/'.";

/** `/`: says what this server is, whatever the method. */
@Controller()
export class IndexController {
  @All()
  greet(@Res() reply: FastifyReply): void {
    sendText(reply, 200, GREETING);
  }
}
