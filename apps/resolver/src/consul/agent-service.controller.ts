import { Controller, Get, Put, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
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
  async register(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const body = decode(bodyOf(request), readService);
    const replace = one(queryOf(request), 'replace-existing-checks');
    await this.agent.register(toRegistration(this.agent.node, body, replace === '' || replace === 'true'));
    reply.send();
  }

  @Put('service/deregister/*')
  async deregister(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    await this.agent.deregister(identifier(request));
    reply.send();
  }

  @Put('service/maintenance/*')
  async maintenance(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const id = requireIdentifier(request, 'service ID');
    const { enable, reason } = readMaintenance(queryOf(request));
    await this.agent.maintainService(id, enable, reason);
    reply.send();
  }

  @Put('maintenance')
  async maintainNode(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const { enable, reason } = readMaintenance(queryOf(request));
    await this.agent.maintainNode(enable, reason);
    reply.send();
  }

  @Get('services')
  services(@Req() request: FastifyRequest, @Res() reply: FastifyReply): void {
    sendJson(request, reply, this.reads.services(request));
  }

  @Get('service/*')
  service(@Req() request: FastifyRequest, @Res() reply: FastifyReply): void {
    this.reads.sendService(request, reply, identifier(request));
  }

  @Get('health/service/id/*')
  healthById(@Req() request: FastifyRequest, @Res() reply: FastifyReply): void {
    this.reads.sendHealthById(request, reply, requireIdentifier(request, 'serviceID'));
  }

  @Get('health/service/name/*')
  healthByName(@Req() request: FastifyRequest, @Res() reply: FastifyReply): void {
    this.reads.sendHealthByName(request, reply, requireIdentifier(request, 'service Name'));
  }
}
