import { Controller, Get, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Registry } from '#libs/registry';
import { Reads } from './reads.js';
import { sendJson } from './send.js';

/** `/v1/coordinate`: how far nodes are from one another. Nobody measures that here, so no node has a coordinate. */
@Controller('v1/coordinate')
export class CoordinateController {
  constructor(
    private readonly registry: Registry,
    private readonly reads: Reads,
  ) {}

  @Get('nodes')
  nodes(@Req() request: FastifyRequest, @Res() reply: FastifyReply): void {
    this.reads.answer(request, reply, { topic: 'nodes', body: () => [] });
  }

  @Get('datacenters')
  datacenters(@Req() request: FastifyRequest, @Res() reply: FastifyReply): void {
    sendJson(request, reply, [{ Datacenter: this.registry.node.datacenter, AreaID: 'wan', Coordinates: [] }]);
  }
}
