import { Controller, Get, Module, Post } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyInstance } from 'fastify';
import { pino } from 'pino';
import { createHttpAdapter, type HttpLimits } from '../src/http.adapter.js';
import { ProblemFilter } from '../src/problem.filter.js';
import type { RequestCounts } from '../src/request-counts.js';
import { listen } from '../src/server.js';

@Controller('notes')
class NotesController {
  @Get()
  list() {
    return [];
  }

  @Post()
  create() {
    return {};
  }
}

@Module({ controllers: [NotesController] })
class TestModule {}

/** An HTTP edge around one resource, `/notes`, which knows GET and POST. */
export interface Edge {
  readonly url: string;
  readonly requests: RequestCounts;
  stop(): Promise<void>;
}

/** @param prepare adds what is tested */
export async function startEdge(
  prepare: (fastify: FastifyInstance) => void,
  limits: Partial<HttpLimits> = {},
): Promise<Edge> {
  const { adapter, closeRoutes, requests } = createHttpAdapter(limits);
  const app = await NestFactory.create<NestFastifyApplication>(TestModule, adapter, {
    bodyParser: false,
    logger: false,
  });
  prepare(adapter.getInstance() as unknown as FastifyInstance);
  app.useGlobalFilters(new ProblemFilter(pino({ level: 'silent' })));
  await app.init();
  closeRoutes();
  const { url } = await listen(app, '127.0.0.1', 0);
  return { url, requests, stop: () => app.close() };
}
