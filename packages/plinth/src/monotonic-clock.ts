/**
 * Milliseconds since some moment, by a clock that nobody sets. `performance.now()` reads the same one, but whoever touches
 * `performance` loads `node:perf_hooks`, which takes a server over stdio two milliseconds of its start.
 */
export function readMonotonicMs(): number {
  const time = process.hrtime()
  return time[0] * 1_000 + time[1] / 1_000_000
}
