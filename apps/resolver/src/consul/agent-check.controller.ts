import { Controller, Get, Put, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { FILTER, NOTE, PRETTY } from './openapi/parameters.js';
import * as examples from './openapi/examples.js';
import { Describe } from './describe.decorator.js';
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
  @Describe({ summary: 'Registers a check of this node or of a service on it', body: readCheck })
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
  @Describe({ summary: 'Removes a check', rest: 'id' })
  async deregister(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    await this.agent.deregisterCheck(identifier(request));
    reply.send();
  }

  @Put('check/pass/*')
  @Describe({ summary: 'Reports that all is well with a TTL check', rest: 'id', query: [NOTE] })
  pass(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.note(request, reply, 'passing');
  }

  @Put('check/warn/*')
  @Describe({ summary: 'Reports a warning of a TTL check', rest: 'id', query: [NOTE] })
  warn(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.note(request, reply, 'warning');
  }

  @Put('check/fail/*')
  @Describe({ summary: 'Reports that a TTL check fails', rest: 'id', query: [NOTE] })
  fail(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.note(request, reply, 'critical');
  }

  @Put('check/update/*')
  @Describe({ summary: 'Reports the status and output of a TTL check', rest: 'id', body: readUpdate })
  async update(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const { Status, Output } = decode(bodyOf(request), readUpdate);
    if (!isStatus(Status)) throw badRequest(`Invalid check status: '${Status}'`);
    await this.agent.report(identifier(request), { status: Status, output: Output });
    reply.send();
  }

  @Get('checks')
  @Describe({ summary: 'The checks of this node, by id', query: [FILTER, PRETTY], example: examples.agentChecks })
  checks(@Req() request: FastifyRequest, @Res() reply: FastifyReply): void {
    sendJson(request, reply, this.reads.checks(request));
  }

  private async note(request: FastifyRequest, reply: FastifyReply, status: Status): Promise<void> {
    await this.agent.report(identifier(request), { status, output: one(queryOf(request), 'note') ?? '' });
    reply.send();
  }
}
