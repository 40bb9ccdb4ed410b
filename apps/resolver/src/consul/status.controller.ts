import { Controller, Get, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { DATACENTER, PRETTY } from './openapi/parameters.js';
import * as examples from './openapi/examples.js';
import { Describe } from './describe.decorator.js';
import { Registry, SERVER_PORT } from '#libs/registry';
import { refuseOtherDatacenter } from './query.js';
import { queryOf } from './request.js';
import { sendJson } from './send.js';

/** `/v1/status`: there is one server, which leads. */
@Controller('v1/status')
export class StatusController {
  constructor(private readonly registry: Registry) {}

  @Get('leader')
  @Describe({
    summary: 'The address of the server that leads',
    query: [DATACENTER, PRETTY],
    example: examples.serverAddress,
  })
  leader(@Req() request: FastifyRequest, @Res() reply: FastifyReply): void {
    refuseOtherDatacenter(queryOf(request), this.registry.node.datacenter);
    sendJson(request, reply, this.address());
  }

  @Get('peers')
  @Describe({ summary: 'The addresses of all servers', query: [DATACENTER, PRETTY], example: examples.serverAddresses })
  peers(@Req() request: FastifyRequest, @Res() reply: FastifyReply): void {
    refuseOtherDatacenter(queryOf(request), this.registry.node.datacenter);
    sendJson(request, reply, [this.address()]);
  }

  private address(): string {
    const { address } = this.registry.node;
    return address.includes(':') ? `[${address}]:${SERVER_PORT}` : `${address}:${SERVER_PORT}`;
  }
}
