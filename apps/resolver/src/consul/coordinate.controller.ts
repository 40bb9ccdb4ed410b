import { Controller, Get, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { PRETTY, READ } from './openapi/parameters.js';
import * as examples from './openapi/examples.js';
import { Describe } from './describe.decorator.js';
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
  @Describe({ summary: 'The coordinates of nodes: nobody measures them', query: READ, example: examples.nothing })
  nodes(@Req() request: FastifyRequest, @Res() reply: FastifyReply): void {
    this.reads.answer(request, reply, { topic: 'nodes', body: () => [] });
  }

  @Get('datacenters')
  @Describe({ summary: 'The datacenters, without coordinates', query: [PRETTY], example: examples.coordinates })
  datacenters(@Req() request: FastifyRequest, @Res() reply: FastifyReply): void {
    sendJson(request, reply, [{ Datacenter: this.registry.node.datacenter, AreaID: 'wan', Coordinates: [] }]);
  }
}
