import { Controller, Get, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { NEAR, NODE_META, PASSING, READ, TAG } from './openapi/parameters.js';
import * as examples from './openapi/examples.js';
import { Describe } from './describe.decorator.js';
import { CatalogReads } from './catalog-reads.js';
import { readPassing } from './query.js';
import { Reads } from './reads.js';
import { queryOf, requireIdentifier } from './request.js';

/** `/v1/health`: nodes and services with their checks. */
@Controller('v1/health')
export class HealthController {
  constructor(
    private readonly reads: Reads,
    private readonly catalog: CatalogReads,
  ) {}

  @Get('service/*')
  @Describe({
    summary: 'The instances of a service with their nodes and checks',
    rest: 'service',
    query: [...READ, PASSING, TAG, NEAR, NODE_META],
    example: examples.serviceEntries,
  })
  service(@Req() request: FastifyRequest, @Res() reply: FastifyReply): void {
    const name = requireIdentifier(request, 'service name');
    this.reads.answer(request, reply, this.catalog.healthService(name, readPassing(queryOf(request))));
  }

  @Get('connect/*')
  @Describe({
    summary: 'The instances of a service in a mesh: there is none',
    rest: 'service',
    query: READ,
    example: examples.nothing,
  })
  connect(@Req() request: FastifyRequest, @Res() reply: FastifyReply): void {
    this.inMesh(request, reply);
  }

  @Get('ingress/*')
  @Describe({
    summary: 'The ingress gateways of a service: there is none',
    rest: 'service',
    query: READ,
    example: examples.nothing,
  })
  ingress(@Req() request: FastifyRequest, @Res() reply: FastifyReply): void {
    this.inMesh(request, reply);
  }

  @Get('node/*')
  @Describe({ summary: 'The checks on a node', rest: 'node', query: READ, example: examples.healthChecks })
  node(@Req() request: FastifyRequest, @Res() reply: FastifyReply): void {
    const name = requireIdentifier(request, 'node name');
    this.reads.answer(request, reply, this.catalog.healthNode(name));
  }

  @Get('checks/*')
  @Describe({
    summary: 'The checks of a service',
    rest: 'service',
    query: [...READ, NEAR, NODE_META],
    example: examples.healthChecks,
  })
  checks(@Req() request: FastifyRequest, @Res() reply: FastifyReply): void {
    const name = requireIdentifier(request, 'service name');
    this.reads.answer(request, reply, this.catalog.healthChecks(name));
  }

  @Get('state/*')
  @Describe({
    summary: 'The checks in a state: any, passing, warning or critical',
    rest: 'state',
    query: [...READ, NEAR, NODE_META],
    example: examples.healthChecks,
  })
  state(@Req() request: FastifyRequest, @Res() reply: FastifyReply): void {
    const state = requireIdentifier(request, 'check state');
    this.reads.answer(request, reply, this.catalog.healthState(state));
  }

  private inMesh(request: FastifyRequest, reply: FastifyReply): void {
    const name = requireIdentifier(request, 'service name');
    // Nothing is left out, but a mistake is told.
    readPassing(queryOf(request));
    this.reads.answer(request, reply, this.catalog.healthInMesh(name));
  }
}
