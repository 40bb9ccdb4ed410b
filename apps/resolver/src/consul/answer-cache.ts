import type { Revision } from '#libs/registry';

/** An answer as it is sent. */
export interface Answer {
  /** Of the topic that it was made from: as long as that stays, so does the answer. */
  readonly index: Revision;
  readonly bytes: Buffer;
  /** The same compressed, made when somebody asks for it. */
  compressed?: Buffer;
}

const MAX_OCTETS = 32 * 1024 * 1024;

/** Finished answers by what was asked for: many clients ask the same thing, and all that wait for a change want the same bytes. */
export class AnswerCache {
  readonly #answers = new Map<string, Answer>();
  #octets = 0;

  /** The answer to `question` at `index`, made by `build` unless it is known. */
  get(question: string, index: Revision, build: () => Buffer): Answer {
    const known = this.#answers.get(question);
    if (known?.index === index) return known;
    if (known) this.#drop(question, known);
    const answer: Answer = { index, bytes: build() };
    this.#keep(question, answer);
    return answer;
  }

  #keep(question: string, answer: Answer): void {
    const octets = size(question, answer);
    if (octets > MAX_OCTETS / 4) return;
    this.#answers.set(question, answer);
    this.#octets += octets;
    for (const [oldest, old] of this.#answers) {
      if (this.#octets <= MAX_OCTETS) return;
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
  return question.length * 2 + bytes.length + 200;
}
