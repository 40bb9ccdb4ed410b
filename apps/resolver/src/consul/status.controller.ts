import { Controller, Get, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Registry, SERVER_PORT } from '#libs/registry';
import { refuseOtherDatacenter } from './query.js';
import { queryOf } from './request.js';
import { sendJson } from './send.js';

/** `/v1/status`: there is one server, which leads. */
@Controller('v1/status')
export class StatusController {
  constructor(private readonly registry: Registry) {}

  @Get('leader')
  leader(@Req() request: FastifyRequest, @Res() reply: FastifyReply): void {
    refuseOtherDatacenter(queryOf(request), this.registry.node.datacenter);
    sendJson(request, reply, this.address());
  }

  @Get('peers')
  peers(@Req() request: FastifyRequest, @Res() reply: FastifyReply): void {
    refuseOtherDatacenter(queryOf(request), this.registry.node.datacenter);
    sendJson(request, reply, [this.address()]);
  }

  private address(): string {
    const { address } = this.registry.node;
    return address.includes(':') ? `[${address}]:${SERVER_PORT}` : `${address}:${SERVER_PORT}`;
  }
}
