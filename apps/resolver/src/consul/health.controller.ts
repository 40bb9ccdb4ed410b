import { Controller, Get, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
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
  service(@Req() request: FastifyRequest, @Res() reply: FastifyReply): void {
    const name = requireIdentifier(request, 'service name');
    this.reads.answer(request, reply, this.catalog.healthService(name, readPassing(queryOf(request))));
  }

  @Get('connect/*')
  connect(@Req() request: FastifyRequest, @Res() reply: FastifyReply): void {
    this.inMesh(request, reply);
  }

  @Get('ingress/*')
  ingress(@Req() request: FastifyRequest, @Res() reply: FastifyReply): void {
    this.inMesh(request, reply);
  }

  @Get('node/*')
  node(@Req() request: FastifyRequest, @Res() reply: FastifyReply): void {
    const name = requireIdentifier(request, 'node name');
    this.reads.answer(request, reply, this.catalog.healthNode(name));
  }

  @Get('checks/*')
  checks(@Req() request: FastifyRequest, @Res() reply: FastifyReply): void {
    const name = requireIdentifier(request, 'service name');
    this.reads.answer(request, reply, this.catalog.healthChecks(name));
  }

  @Get('state/*')
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
