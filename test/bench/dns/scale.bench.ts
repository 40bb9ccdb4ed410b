import { fill, namesOf, type Services } from '../fill.js';
import { measure } from '../measure.js';
import { startResolver, type BenchResolver } from '../resolver.js';
import type { Subject } from '../subject.js';
import { describeLoad, recordedLoad } from './load.js';
import { frameQuestions } from './questions.js';

/**
 * A registry of one size. Services of ten instances are asked for in each, so that only the scale differs; those of a
 * hundred, whose answers are cut at 1232 octets, are a row of their own.
 */
interface Size {
  readonly name: string;
  readonly ofTen: number;
  readonly ofHundred: number;
}

const SIZES: readonly Size[] = [
  { name: '10 instances, 1 service', ofTen: 1, ofHundred: 0 },
  { name: '10,000 instances, 1,000 services', ofTen: 1_000, ofHundred: 0 },
  { name: '100,000 instances, 4,600 services', ofTen: 4_000, ofHundred: 600 },
];

/** CPU time for an answer with 10, 10,000 and 100,000 instances, questions spread over all services. */
export async function benchScale(): Promise<void> {
  const resolvers: BenchResolver[] = [];
  const questions = new Map<Subject, Buffer>();
  try {
    for (const { name, ofTen, ofHundred } of SIZES) {
      const resolver = await startResolver();
      resolvers.push(resolver);
      const tens = { prefix: 'ten-', count: ofTen, instances: 10 };
      const hundreds = { prefix: 'hundred-', count: ofHundred, instances: 100 };
      await fill(resolver, [tens, hundreds]);
      add(questions, resolver, name, tens);
      if (ofHundred > 0) add(questions, resolver, `${name}, those of 100`, hundreds);
    }
    const { load, reports } = recordedLoad((subject) => questions.get(subject)!);
    await measure('DNS by size of the registry: SRV and A by turns, EDNS', [...questions.keys()], load);
    console.log(describeLoad(reports));
  } finally {
    for (const resolver of resolvers) resolver.stop();
  }
}

function add(questions: Map<Subject, Buffer>, resolver: BenchResolver, name: string, services: Services): void {
  questions.set({ ...resolver.dns, name }, frameQuestions(namesOf(services), ['SRV', 'A']));
}
