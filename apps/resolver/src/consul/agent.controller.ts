import { Controller, Get, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { arch, cpus, freemem, hostname, platform, release, totalmem, uptime } from 'node:os';
import { Registry } from '#libs/registry';
import { badRequest } from './errors.js';
import { MEMBER_FIELDS } from './filter-fields.js';
import { filterOf } from './filters.js';
import { one } from './query.js';
import { queryOf } from './request.js';
import { sendJson } from './send.js';
import { CONSUL_VERSION, member } from './shapes/member.js';

const BUILD_DATE = '2025-01-01T00:00:00Z';
/** Segments divide a network, in Consul Enterprise; this word stands for all of them. */
const ALL_SEGMENTS = '_all';

/** `/v1/agent/…`: about the agent itself. */
@Controller('v1/agent')
export class AgentController {
  constructor(private readonly registry: Registry) {}

  @Get('self')
  self(@Req() request: FastifyRequest, @Res() reply: FastifyReply): void {
    const { name, id, datacenter, meta } = this.registry.node;
    const Config = {
      Datacenter: datacenter,
      PrimaryDatacenter: datacenter,
      NodeName: name,
      NodeID: id,
      Revision: '',
      Server: true,
      Version: CONSUL_VERSION,
      BuildDate: BUILD_DATE,
    };
    const Stats = { agent: {}, runtime: { arch: arch(), os: platform(), version: process.version } };
    sendJson(request, reply, {
      Config,
      DebugConfig: {},
      Coord: null,
      Member: member(this.registry.node, false),
      Stats,
      Meta: meta,
      xDS: null,
    });
  }

  @Get('members')
  members(@Req() request: FastifyRequest, @Res() reply: FastifyReply): void {
    const query = queryOf(request);
    const wan = Boolean(one(query, 'wan'));
    const segment = one(query, 'segment') ?? '';
    if (wan && !['', ALL_SEGMENTS].includes(segment)) throw badRequest('Cannot provide a segment with wan=true');
    const filter = filterOf(one(query, 'filter') ?? '', MEMBER_FIELDS);
    sendJson(request, reply, [member(this.registry.node, wan)].filter(filter));
  }

  @Get('version')
  version(@Req() request: FastifyRequest, @Res() reply: FastifyReply): void {
    sendJson(request, reply, { SHA: '', BuildDate: BUILD_DATE, HumanVersion: CONSUL_VERSION, FIPS: '' });
  }

  @Get('host')
  host(@Req() request: FastifyRequest, @Res() reply: FastifyReply): void {
    const used = totalmem() - freemem();
    sendJson(request, reply, {
      Memory: {
        total: totalmem(),
        available: freemem(),
        used,
        usedPercent: (used / totalmem()) * 100,
        free: freemem(),
      },
      CPU: cpus().map(({ model, speed }, cpu) => ({ cpu, modelName: model, mhz: speed })),
      Host: {
        hostname: hostname(),
        uptime: Math.floor(uptime()),
        os: platform(),
        kernelVersion: release(),
        kernelArch: arch(),
      },
      Disk: null,
      CollectionTime: Date.now() * 1e6,
      Errors: null,
    });
  }
}
