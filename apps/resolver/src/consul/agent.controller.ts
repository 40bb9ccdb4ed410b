import { Controller, Get, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Registry } from '#libs/registry';
import { Describe } from './describe.decorator.js';
import { badRequest } from './errors.js';
import { MEMBER_FIELDS } from './filter-fields.js';
import { filterOf } from './filters.js';
import * as examples from './openapi/examples.js';
import { FILTER, PRETTY, WAN } from './openapi/parameters.js';
import { one } from './query.js';
import { queryOf } from './request.js';
import { sendJson } from './send.js';
import { agentHost, agentSelf, agentVersion } from './shapes/agent.js';
import { member } from './shapes/member.js';

/** Segments divide a network, in Consul Enterprise; this word stands for all of them. */
const ALL_SEGMENTS = '_all';

/** `/v1/agent/…`: about the agent itself. */
@Controller('v1/agent')
export class AgentController {
  constructor(private readonly registry: Registry) {}

  @Get('self')
  @Describe({ summary: 'About this agent', query: [PRETTY], example: examples.self })
  self(@Req() request: FastifyRequest, @Res() reply: FastifyReply): void {
    sendJson(request, reply, agentSelf(this.registry.node));
  }

  @Get('members')
  @Describe({
    summary: 'The members of the cluster: this one',
    query: [WAN, FILTER, PRETTY],
    example: examples.members,
  })
  members(@Req() request: FastifyRequest, @Res() reply: FastifyReply): void {
    const query = queryOf(request);
    const wan = Boolean(one(query, 'wan'));
    const segment = one(query, 'segment') ?? '';
    if (wan && !['', ALL_SEGMENTS].includes(segment)) throw badRequest('Cannot provide a segment with wan=true');
    const filter = filterOf(one(query, 'filter') ?? '', MEMBER_FIELDS);
    sendJson(request, reply, [member(this.registry.node, wan)].filter(filter));
  }

  @Get('version')
  @Describe({ summary: 'The release of Consul whose API this is', query: [PRETTY], example: agentVersion })
  version(@Req() request: FastifyRequest, @Res() reply: FastifyReply): void {
    sendJson(request, reply, agentVersion());
  }

  @Get('host')
  @Describe({ summary: 'About the machine', query: [PRETTY], example: examples.host })
  host(@Req() request: FastifyRequest, @Res() reply: FastifyReply): void {
    sendJson(request, reply, agentHost());
  }
}
