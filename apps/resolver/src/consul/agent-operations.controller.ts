import { Controller, Get, Inject, Put, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { ConfigError } from '#libs/config';
import { expose, Metrics } from '#libs/observability';
import { Describe } from './describe.decorator.js';
import { serverError } from './errors.js';
import * as examples from './openapi/examples.js';
import { METRICS_FORMAT, PRETTY } from './openapi/parameters.js';
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
  @Describe({ summary: 'Reads the configuration again' })
  async reload(@Res() reply: FastifyReply): Promise<void> {
    try {
      await this.reloadSettings();
    } catch (error) {
      throw error instanceof ConfigError ? serverError(error.message) : error;
    }
    reply.send();
  }

  @Get('metrics')
  @Describe({
    summary: 'What the server has counted, as JSON or as text for Prometheus',
    query: [METRICS_FORMAT, PRETTY],
    example: examples.metrics,
  })
  async show(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    if (one(queryOf(request), 'format') !== 'prometheus') {
      return sendJson(request, reply, agentMetrics(await this.metrics.families(), new Date(), process.uptime()));
    }
    const { contentType, body } = await expose(this.metrics, request.headers.accept);
    reply.header('Content-Type', contentType).send(body);
  }
}
