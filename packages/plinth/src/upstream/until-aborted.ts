/** Waits for a promise as long as a signal lets it; what the promise does afterwards is dropped. */
export function untilAborted<T>(pending: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const onAbort = () => reject(signal.reason)
    const settle = <V>(end: (value: V) => void) => {
      return (value: V) => {
        signal.removeEventListener('abort', onAbort)
        end(value)
      }
    }
    if (signal.aborted) onAbort()
    else signal.addEventListener('abort', onAbort, { once: true })
    pending.then(settle(resolve), settle(reject))
  })
}
