import { Controller, Get, Put, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Status } from '#libs/registry';
import { Agent } from './agent.js';
import { AgentReads } from './agent-reads.js';
import { readCheck, readUpdate } from './body/check.js';
import { decode } from './body/decode.js';
import { badRequest } from './errors.js';
import { isStatus, toCheck } from './input/check.js';
import { one } from './query.js';
import { bodyOf, identifier, queryOf } from './request.js';
import { sendJson } from './send.js';

/** `/v1/agent/check…`: the checks of this node, and the reports of services on their own. */
@Controller('v1/agent')
export class AgentCheckController {
  constructor(
    private readonly agent: Agent,
    private readonly reads: AgentReads,
  ) {}

  @Put('check/register')
  async register(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const body = decode(bodyOf(request), readCheck);
    if (body.Name === '') throw badRequest('Missing check name');
    if (body.Status !== '' && !isStatus(body.Status)) throw badRequest('Bad check status');
    const identity = {
      node: this.agent.node,
      id: body.ID || body.Name,
      name: body.Name,
      serviceId: body.ServiceID,
      serviceName: '',
    };
    await this.agent.registerCheck(toCheck(identity, body, '0s'));
    reply.send();
  }

  @Put('check/deregister/*')
  async deregister(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    await this.agent.deregisterCheck(identifier(request));
    reply.send();
  }

  @Put('check/pass/*')
  pass(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.note(request, reply, 'passing');
  }

  @Put('check/warn/*')
  warn(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.note(request, reply, 'warning');
  }

  @Put('check/fail/*')
  fail(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.note(request, reply, 'critical');
  }

  @Put('check/update/*')
  async update(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const { Status, Output } = decode(bodyOf(request), readUpdate);
    if (!isStatus(Status)) throw badRequest(`Invalid check status: '${Status}'`);
    await this.agent.report(identifier(request), { status: Status, output: Output });
    reply.send();
  }

  @Get('checks')
  checks(@Req() request: FastifyRequest, @Res() reply: FastifyReply): void {
    sendJson(request, reply, this.reads.checks(request));
  }

  private async note(request: FastifyRequest, reply: FastifyReply, status: Status): Promise<void> {
    await this.agent.report(identifier(request), { status, output: one(queryOf(request), 'note') ?? '' });
    reply.send();
  }
}
