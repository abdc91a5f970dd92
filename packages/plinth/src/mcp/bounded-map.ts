/** A map that forgets its oldest entry rather than grow past `capacity`. Reading an entry keeps it young. */
export class BoundedMap<V> {
  private readonly entries = new Map<string, V>()
  private readonly capacity: number

  constructor(capacity: number) {
    this.capacity = capacity
  }

  get size(): number {
    return this.entries.size
  }

  get(key: string): V | undefined {
    const value = this.entries.get(key)
    if (value !== undefined && this.entries.size > 1) {
      this.entries.delete(key)
      this.entries.set(key, value)
    }
    return value
  }

  set(key: string, value: V): void {
    this.entries.delete(key)
    this.entries.set(key, value)
    if (this.entries.size <= this.capacity) return
    const oldest = this.entries.keys().next()
    if (!oldest.done) this.entries.delete(oldest.value)
  }

  /** Every value, the longest unread first. */
  values(): Iterable<V> {
    return this.entries.values()
  }

  delete(key: string): boolean {
    return this.entries.delete(key)
  }
}
