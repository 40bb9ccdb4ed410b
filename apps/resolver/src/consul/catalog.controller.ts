import { Controller, Get, Put, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Registry } from '#libs/registry';
import { decodeCatalog, readDeregistration, readRegistration } from './body/catalog.js';
import { CatalogReads } from './catalog-reads.js';
import { serverError } from './errors.js';
import { applyRegistration, validateRegistration } from './input/catalog-registration.js';
import { one, refuseOtherDatacenter } from './query.js';
import { bodyOf, queryOf, requireIdentifier } from './request.js';
import { Reads } from './reads.js';
import { sendJson } from './send.js';

/** `/v1/catalog`: all nodes and their services, whoever registered them. */
@Controller('v1/catalog')
export class CatalogController {
  constructor(
    private readonly registry: Registry,
    private readonly reads: Reads,
    private readonly catalog: CatalogReads,
  ) {}

  @Put('register')
  async register(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const body = decodeCatalog(bodyOf(request), readRegistration);
    validateRegistration(body);
    this.refuseOtherDatacenter(request, body.Datacenter);
    await this.registry.commit((draft) => applyRegistration(draft, body, this.registry.node));
    sendJson(request, reply, true);
  }

  @Put('deregister')
  async deregister(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const body = decodeCatalog(bodyOf(request), readDeregistration);
    if (body.Node === '') throw serverError('Must provide node');
    this.refuseOtherDatacenter(request, body.Datacenter);
    await this.registry.commit((draft) => {
      if (body.ServiceID !== '') draft.removeInstance(body.Node, body.ServiceID);
      else if (body.CheckID !== '') draft.removeCheck(body.Node, body.CheckID);
      else draft.removeNode(body.Node);
    });
    sendJson(request, reply, true);
  }

  @Get('datacenters')
  datacenters(@Req() request: FastifyRequest, @Res() reply: FastifyReply): void {
    sendJson(request, reply, [this.registry.node.datacenter]);
  }

  @Get('nodes')
  nodes(@Req() request: FastifyRequest, @Res() reply: FastifyReply): void {
    this.reads.answer(request, reply, this.catalog.nodes());
  }

  @Get('services')
  services(@Req() request: FastifyRequest, @Res() reply: FastifyReply): void {
    this.reads.answer(request, reply, this.catalog.services());
  }

  @Get('service/*')
  service(@Req() request: FastifyRequest, @Res() reply: FastifyReply): void {
    const name = requireIdentifier(request, 'service name');
    this.reads.answer(request, reply, this.catalog.service(name));
  }

  @Get('connect/*')
  connect(@Req() request: FastifyRequest, @Res() reply: FastifyReply): void {
    const name = requireIdentifier(request, 'service name');
    this.reads.answer(request, reply, this.catalog.serviceInMesh(name));
  }

  @Get('node/*')
  node(@Req() request: FastifyRequest, @Res() reply: FastifyReply): void {
    const name = requireIdentifier(request, 'node name');
    this.reads.answer(request, reply, this.catalog.node(name));
  }

  @Get('node-services/*')
  nodeServices(@Req() request: FastifyRequest, @Res() reply: FastifyReply): void {
    const name = requireIdentifier(request, 'node name');
    this.reads.answer(request, reply, this.catalog.nodeServices(name));
  }

  /** The parameter wins over the body. */
  private refuseOtherDatacenter(request: FastifyRequest, inBody: string): void {
    refuseOtherDatacenter({ dc: one(queryOf(request), 'dc') || inBody }, this.registry.node.datacenter);
  }
}
