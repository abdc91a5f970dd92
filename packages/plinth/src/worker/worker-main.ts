import { parentPort, workerData } from 'node:worker_threads'

/** The thread behind `workerHandler`: loads one function and answers each message with what it returns. */
const { module, name } = workerData as { module: string; name: string }

const loaded = import(module).then((exports: Record<string, unknown>) => {
  const handler = exports[name]
  if (typeof handler !== 'function')
    throw new TypeError(`workerHandler: ${module} exports no function "${name}".`)
  return handler as (input: unknown) => unknown
})
loaded.catch(() => undefined)

parentPort?.on('message', async (input: unknown) => {
  try {
    const handler = await loaded
    parentPort?.postMessage({ value: await handler(input) })
  } catch (error) {
    const { name: kind, message } = error instanceof Error ? error : new Error(String(error))
    parentPort?.postMessage({ error: { name: kind, message } })
  }
})
