/** What can stand in a {@link LinkedList}. The two fields belong to the list. */
export interface Linked<T> {
  previous: T | undefined;
  next: T | undefined;
}

/**
 * A list whose members carry their own links, so that one can leave from the
 * middle at no cost: a waiter that gives up, an idle connection that dies.
 * A member stands in one list at a time.
 */
export class LinkedList<T extends Linked<T>> {
  #first: T | undefined;
  #last: T | undefined;
  #size = 0;

  get first(): T | undefined {
    return this.#first;
  }

  get last(): T | undefined {
    return this.#last;
  }

  get size(): number {
    return this.#size;
  }

  /** Adds a member, which must not be in a list, at the end. */
  push(member: T): void {
    const last = this.#last;
    member.previous = last;
    if (last === undefined) this.#first = member;
    else last.next = member;
    this.#last = member;
    this.#size++;
  }

  /** Takes out a member, which must be in this list. */
  remove(member: T): void {
    const { previous, next } = member;
    if (previous === undefined) this.#first = next;
    else previous.next = next;
    if (next === undefined) this.#last = previous;
    else next.previous = previous;
    member.previous = undefined;
    member.next = undefined;
    this.#size--;
  }
}
