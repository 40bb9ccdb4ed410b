/** What waits in a `DueQueue`. Only the queue changes it. */
export interface Due {
  /** When it is due, in milliseconds on any one clock. */
  due: number;
  /** Its index in the queue; -1 while it is in none. */
  place: number;
}

/** Things in the order in which they fall due: a binary heap, as one timer for each of 100,000 would cost more than the things. */
export class DueQueue<T extends Due> {
  readonly #heap: T[] = [];

  /** What falls due next. */
  get first(): T | undefined {
    return this.#heap[0];
  }

  /** Puts in what is in no queue. */
  add(item: T, due: number): void {
    item.due = due;
    this.#heap.push(item);
    this.#rise(item, this.#heap.length - 1);
  }

  /** Takes out what is in this queue, or in none. */
  remove(item: T): void {
    if (item.place < 0) return;
    const last = this.#heap.pop()!;
    if (last !== item) {
      this.#rise(last, item.place);
      this.#sink(last, last.place);
    }
    item.place = -1;
  }

  #rise(item: T, from: number): void {
    let place = from;
    while (place > 0) {
      const parent = this.#heap[(place - 1) >> 1]!;
      if (parent.due <= item.due) break;
      this.#put(parent, place);
      place = (place - 1) >> 1;
    }
    this.#put(item, place);
  }

  #sink(item: T, from: number): void {
    let place = from;
    for (;;) {
      const child = this.#earlierChild(place);
      if (!child || child.due >= item.due) break;
      const next = child.place;
      this.#put(child, place);
      place = next;
    }
    this.#put(item, place);
  }

  #earlierChild(place: number): T | undefined {
    const left = this.#heap[2 * place + 1];
    const right = this.#heap[2 * place + 2];
    return left && right && right.due < left.due ? right : left;
  }

  #put(item: T, place: number): void {
    this.#heap[place] = item;
    item.place = place;
  }
}
