import { Controller, Get, Put, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { DATACENTER, NEAR, NODE_META, PRETTY, READ, TAG } from './openapi/parameters.js';
import * as examples from './openapi/examples.js';
import { Describe } from './describe.decorator.js';
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
  @Describe({
    summary: 'Registers a node, and a service and checks on it',
    query: [DATACENTER],
    body: readRegistration,
    example: examples.written,
  })
  async register(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const body = decodeCatalog(bodyOf(request), readRegistration);
    validateRegistration(body);
    this.refuseOtherDatacenter(request, body.Datacenter);
    await this.registry.commit((draft) => applyRegistration(draft, body, this.registry.node));
    sendJson(request, reply, true);
  }

  @Put('deregister')
  @Describe({
    summary: 'Removes a service, a check, or a node with all that is on it',
    query: [DATACENTER],
    body: readDeregistration,
    example: examples.written,
  })
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
  @Describe({ summary: 'The datacenters that are known', query: [PRETTY], example: examples.datacenters })
  datacenters(@Req() request: FastifyRequest, @Res() reply: FastifyReply): void {
    sendJson(request, reply, [this.registry.node.datacenter]);
  }

  @Get('nodes')
  @Describe({ summary: 'All nodes', query: [...READ, NEAR, NODE_META], example: examples.nodes })
  nodes(@Req() request: FastifyRequest, @Res() reply: FastifyReply): void {
    this.reads.answer(request, reply, this.catalog.nodes());
  }

  @Get('services')
  @Describe({
    summary: 'The names of all services, with the tags of their instances',
    query: [...READ, NODE_META],
    example: examples.tagsByService,
  })
  services(@Req() request: FastifyRequest, @Res() reply: FastifyReply): void {
    this.reads.answer(request, reply, this.catalog.services());
  }

  @Get('service/*')
  @Describe({
    summary: 'The instances of a service',
    rest: 'name',
    query: [...READ, TAG, NEAR, NODE_META],
    example: examples.serviceNodes,
  })
  service(@Req() request: FastifyRequest, @Res() reply: FastifyReply): void {
    const name = requireIdentifier(request, 'service name');
    this.reads.answer(request, reply, this.catalog.service(name));
  }

  @Get('connect/*')
  @Describe({
    summary: 'The instances of a service in a mesh: there is none',
    rest: 'name',
    query: READ,
    example: examples.nothing,
  })
  connect(@Req() request: FastifyRequest, @Res() reply: FastifyReply): void {
    const name = requireIdentifier(request, 'service name');
    this.reads.answer(request, reply, this.catalog.serviceInMesh(name));
  }

  @Get('node/*')
  @Describe({
    summary: 'A node and its services, by id',
    rest: 'node',
    query: READ,
    example: examples.nodeWithServices,
  })
  node(@Req() request: FastifyRequest, @Res() reply: FastifyReply): void {
    const name = requireIdentifier(request, 'node name');
    this.reads.answer(request, reply, this.catalog.node(name));
  }

  @Get('node-services/*')
  @Describe({ summary: 'A node and its services', rest: 'node', query: READ, example: examples.nodeWithServiceList })
  nodeServices(@Req() request: FastifyRequest, @Res() reply: FastifyReply): void {
    const name = requireIdentifier(request, 'node name');
    this.reads.answer(request, reply, this.catalog.nodeServices(name));
  }

  /** The parameter wins over the body. */
  private refuseOtherDatacenter(request: FastifyRequest, inBody: string): void {
    refuseOtherDatacenter({ dc: one(queryOf(request), 'dc') || inBody }, this.registry.node.datacenter);
  }
}
