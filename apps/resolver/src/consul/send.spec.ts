import type { FastifyReply, FastifyRequest } from 'fastify';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { eventually } from '#libs/testing';
import { sendAnswer, toJson } from './send.js';

/** As much of a reply as an answer needs. */
function fakeReply() {
  const sent: { head: readonly string[]; content: Buffer }[] = [];
  let head: readonly string[] = [];
  const raw = {
    writeHead: (_status: number, headers: readonly string[]) => void (head = headers),
    end: (content: Buffer) => void sent.push({ head, content }),
  };
  const reply = { raw, statusCode: 200, hijack: () => undefined, getHeaders: () => ({ 'x-own': 'a' }) };
  return { sent, reply: reply as unknown as FastifyReply };
}

function request(accepted?: string): FastifyRequest {
  return { headers: { 'accept-encoding': accepted } } as unknown as FastifyRequest;
}

const LONG = Array.from({ length: 500 }, (_, i) => `item ${i}`);

describe('sendAnswer', () => {
  it('compresses once for all who want it', async () => {
    const body = { bytes: toJson(LONG, false) };
    const { reply, sent } = fakeReply();
    for (let i = 0; i < 3; i++) sendAnswer(request('gzip'), reply, body, ['X-Index', '1']);
    await eventually('three answers', 5_000, () => sent.length === 3);
    expect(new Set(sent.map(({ content }) => content)).size).toBe(1);
    expect(JSON.parse(gunzipSync(sent[0]!.content).toString())).toEqual(LONG);
    expect(sent[0]!.head).toEqual(expect.arrayContaining(['x-own', 'X-Index', 'Content-Encoding', 'gzip']));
  });

  it.each([undefined, '', 'br', 'gzip;q=0', 'gzip; q=0.0, br', 'x-gzip-not'])(
    'leaves it as it is for %s',
    (accepted) => {
      const { reply, sent } = fakeReply();
      sendAnswer(request(accepted), reply, { bytes: toJson(LONG, false) }, []);
      expect(sent[0]!.content.toString()).toBe(JSON.stringify(LONG));
      expect(sent[0]!.head).not.toContain('gzip');
    },
  );

  it.each(['gzip', 'br, gzip', 'gzip;q=0.5', 'deflate,gzip;q=1.0'])('compresses for %s', async (accepted) => {
    const { reply, sent } = fakeReply();
    sendAnswer(request(accepted), reply, { bytes: toJson(LONG, false) }, []);
    await eventually('the answer', 5_000, () => sent.length === 1);
    expect(sent[0]!.head).toContain('gzip');
  });

  it('does not compress what is short', () => {
    const { reply, sent } = fakeReply();
    sendAnswer(request('gzip'), reply, { bytes: toJson(['ä'], true) }, []);
    expect(sent[0]!.content.toString()).toBe('[\n    "ä"\n]\n');
    expect(sent[0]!.head.slice(-2)).toEqual(['Content-Length', String(Buffer.byteLength('[\n    "ä"\n]\n'))]);
  });
});
