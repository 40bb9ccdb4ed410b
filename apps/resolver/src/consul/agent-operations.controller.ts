import { Controller, Get, Inject, Put, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { ConfigError } from '#libs/config';
import { expose, Metrics } from '#libs/observability';
import { serverError } from './errors.js';
import { one } from './query.js';
import { queryOf } from './request.js';
import { sendJson } from './send.js';
import { agentMetrics } from './shapes/metrics.js';

/** By which the controller asks for what reads the configuration again. */
export const RELOAD = Symbol('reload');

/** `/v1/agent/…`: what an operator does. */
@Controller('v1/agent')
export class AgentOperationsController {
  constructor(
    private readonly metrics: Metrics,
    @Inject(RELOAD) private readonly reloadSettings: () => Promise<void>,
  ) {}

  @Put('reload')
  async reload(@Res() reply: FastifyReply): Promise<void> {
    try {
      await this.reloadSettings();
    } catch (error) {
      throw error instanceof ConfigError ? serverError(error.message) : error;
    }
    reply.send();
  }

  @Get('metrics')
  async show(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    if (one(queryOf(request), 'format') !== 'prometheus') {
      return sendJson(request, reply, agentMetrics(await this.metrics.families(), new Date(), process.uptime()));
    }
    const { contentType, body } = await expose(this.metrics, request.headers.accept);
    reply.header('Content-Type', contentType).send(body);
  }
}
