import { Controller, Get, Put, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { ENABLE, FILTER, FORMAT, HASH, PRETTY, REASON, REPLACE_CHECKS, WAIT } from './openapi/parameters.js';
import * as examples from './openapi/examples.js';
import { Describe } from './describe.decorator.js';
import { Agent } from './agent.js';
import { AgentReads } from './agent-reads.js';
import { decode } from './body/decode.js';
import { readService } from './body/service.js';
import { toRegistration } from './input/agent-service.js';
import { one, readMaintenance } from './query.js';
import { bodyOf, identifier, queryOf, requireIdentifier } from './request.js';
import { sendJson } from './send.js';

/** `/v1/agent/service…`: the services of this node. */
@Controller('v1/agent')
export class AgentServiceController {
  constructor(
    private readonly agent: Agent,
    private readonly reads: AgentReads,
  ) {}

  @Put('service/register')
  @Describe({ summary: 'Registers a service, and its checks', query: [REPLACE_CHECKS], body: readService })
  async register(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const body = decode(bodyOf(request), readService);
    const replace = one(queryOf(request), 'replace-existing-checks');
    await this.agent.register(toRegistration(this.agent.node, body, replace === '' || replace === 'true'));
    reply.send();
  }

  @Put('service/deregister/*')
  @Describe({ summary: 'Removes a service and its checks', rest: 'id' })
  async deregister(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    await this.agent.deregister(identifier(request));
    reply.send();
  }

  @Put('service/maintenance/*')
  @Describe({ summary: 'Takes a service out for maintenance, or puts it back', rest: 'id', query: [ENABLE, REASON] })
  async maintenance(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const id = requireIdentifier(request, 'service ID');
    const { enable, reason } = readMaintenance(queryOf(request));
    await this.agent.maintainService(id, enable, reason);
    reply.send();
  }

  @Put('maintenance')
  @Describe({ summary: 'Takes this node out for maintenance, or puts it back', query: [ENABLE, REASON] })
  async maintainNode(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const { enable, reason } = readMaintenance(queryOf(request));
    await this.agent.maintainNode(enable, reason);
    reply.send();
  }

  @Get('services')
  @Describe({ summary: 'The services of this node, by id', query: [FILTER, PRETTY], example: examples.agentServices })
  services(@Req() request: FastifyRequest, @Res() reply: FastifyReply): void {
    sendJson(request, reply, this.reads.services(request));
  }

  @Get('service/*')
  @Describe({
    summary: 'A service of this node',
    rest: 'id',
    query: [HASH, WAIT, PRETTY],
    example: examples.hashedService,
  })
  service(@Req() request: FastifyRequest, @Res() reply: FastifyReply): void {
    this.reads.sendService(request, reply, identifier(request));
  }

  @Get('health/service/id/*')
  @Describe({
    summary: 'The health of one instance: 200 passing, 429 warning, 503 critical',
    rest: 'id',
    query: [FORMAT, PRETTY],
    example: examples.healthOfInstance,
  })
  healthById(@Req() request: FastifyRequest, @Res() reply: FastifyReply): void {
    this.reads.sendHealthById(request, reply, requireIdentifier(request, 'serviceID'));
  }

  @Get('health/service/name/*')
  @Describe({
    summary: 'The health of all instances of a service on this node, and in the status that of the worst',
    rest: 'name',
    query: [FORMAT, PRETTY],
    example: examples.healthOfService,
  })
  healthByName(@Req() request: FastifyRequest, @Res() reply: FastifyReply): void {
    this.reads.sendHealthByName(request, reply, requireIdentifier(request, 'service Name'));
  }
}
