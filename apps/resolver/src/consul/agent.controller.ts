import { Controller, Get, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { arch, cpus, freemem, hostname, platform, release, totalmem, uptime } from 'node:os';
import { Registry, SERVER_PORT } from '#libs/registry';
import { sendJson } from './request.js';

/** The release of Consul whose API this is; clients compare it. */
const CONSUL_VERSION = '1.21.4';
const BUILD_DATE = '2025-01-01T00:00:00Z';

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
      Member: this.member(),
      Stats,
      Meta: meta,
      xDS: null,
    });
  }

  @Get('members')
  members(@Req() request: FastifyRequest, @Res() reply: FastifyReply): void {
    sendJson(request, reply, [this.member()]);
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

  /** The one member of this cluster, as Serf describes it. */
  private member() {
    const { name, id, datacenter, address } = this.registry.node;
    return {
      Name: name,
      Addr: address,
      Port: 8301,
      Tags: { role: 'consul', dc: datacenter, id, port: String(SERVER_PORT), build: CONSUL_VERSION, vsn: '2' },
      Status: 1,
      ProtocolMin: 1,
      ProtocolMax: 5,
      ProtocolCur: 2,
      DelegateMin: 2,
      DelegateMax: 5,
      DelegateCur: 4,
    };
  }
}
