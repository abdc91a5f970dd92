/**
 * Things that come and go all the time, in no order. Nothing of what has gone stays reachable: a `Map` or `Set` that
 * lives long leaves the tables it has outgrown in V8's old space, and until the next full collection these keep
 * everything that was in them, which under load is every call of some seconds.
 */
export class SlotList<T> {
  private readonly slots: (T | undefined)[] = []
  private readonly free: number[] = []

  get size(): number {
    return this.slots.length - this.free.length
  }

  /** Adds something and returns its slot. */
  add(value: T): number {
    const slot = this.free.pop() ?? this.slots.length
    this.slots[slot] = value
    return slot
  }

  /** Takes away what was added to this slot. To be called once. */
  remove(slot: number): void {
    this.slots[slot] = undefined
    this.free.push(slot)
  }

  /** What is there now. */
  toArray(): T[] {
    return this.slots.filter((value) => value !== undefined)
  }
}
