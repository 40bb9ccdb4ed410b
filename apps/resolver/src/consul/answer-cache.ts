import type { Revision, Topic } from '#libs/registry';

/** A body as it is sent. */
export interface Body {
  readonly bytes: Buffer;
  /** The same compressed, made once when the first asks for it, */
  compressed?: Promise<Buffer>;
  /** and when it is there. */
  packed?: Buffer;
}

/** What it takes to give an answer again to whoever asks for the same at once. */
export interface Repeat {
  readonly topic: Topic;
  /** Those of the answer, names and values in turns, without its encoding and length. */
  readonly headers: readonly string[];
  /** By which it is counted. */
  readonly route: string;
}

/** What was answered to a question. */
export interface Answer extends Body {
  /** Of the topic that it was made from: as long as that stays, so does the answer. */
  readonly index: Revision;
  /** Whether somebody has had it before. */
  known: boolean;
  /** Undefined while nobody has asked twice at an address without a time or a token in it. */
  repeat?: Repeat;
}

/** Octets of an answer's objects, with what it takes to repeat it. */
const OVERHEAD = 500;
const MAX_OCTETS = 32 * 1024 * 1024;

/** Finished answers by what was asked for: many clients ask the same thing, and all that wait for a change want the same bytes. */
export class AnswerCache {
  readonly #answers = new Map<string, Answer>();
  #octets = 0;

  /** The answer to `question` at `index`, made by `build` unless it is known. */
  get(question: string, index: Revision, build: () => Buffer): Answer {
    const known = this.#answers.get(question);
    if (known?.index === index) {
      known.known = true;
      return known;
    }
    if (known) this.#drop(question, known);
    const answer: Answer = { bytes: build(), index, known: false };
    this.#keep(question, answer);
    return answer;
  }

  /** What was answered to `question`, however old. */
  find(question: string): Answer | undefined {
    return this.#answers.get(question);
  }

  /** The latest is kept however large it is, as long as no other comes: those who wait for it ask one after the other. */
  #keep(question: string, answer: Answer): void {
    this.#answers.set(question, answer);
    this.#octets += size(question, answer);
    for (const [oldest, old] of this.#answers) {
      if (this.#octets <= MAX_OCTETS || old === answer) return;
      this.#drop(oldest, old);
    }
  }

  #drop(question: string, answer: Answer): void {
    this.#answers.delete(question);
    this.#octets -= size(question, answer);
  }
}

/** Without the compressed form, which comes later and is the smaller part. */
function size(question: string, { bytes }: Answer): number {
  return question.length * 2 + bytes.length + OVERHEAD;
}
