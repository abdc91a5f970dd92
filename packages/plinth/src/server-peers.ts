import type { ServerContext } from './mcp/context.ts'
import { changeTopic, parseChange, taskTopic } from './mcp/subscriptions.ts'
import type { ServerJobs } from './server-jobs.ts'
import type { PeerBus } from './storage/peer-bus.ts'
import { describeError } from './telemetry/log.ts'

/** How long a look at everything is followed by no other, in milliseconds. */
const pauseMs = 1_000

/** Has a server take part in what its other processes do. */
export function followPeers(peers: PeerBus, context: ServerContext, jobs: ServerJobs): void {
  const { subscriptions, sessionStates, relay, asks, inFlight } = context
  const catchUp = onceAtATime(async () => {
    try {
      await sessionStates.reload()
      await subscriptions.catchUp()
      await jobs.news.catchUp()
    } catch (error) {
      context.log({ level: 'error', message: 'Catching up failed.', error: describeError(error) })
    }
  })
  relay?.connect(asks, inFlight)
  peers.on(taskTopic, { hear: (value) => jobs.news.hear(value) })
  peers.on(changeTopic, {
    hear(value) {
      const change = parseChange(value)
      if (change !== undefined) subscriptions.deliver(change)
    },
    missed: catchUp,
  })
}

/** Runs something now, or as soon as the last run is over and a while has passed. */
function onceAtATime(run: () => Promise<void>): () => void {
  let isRunning = false
  let again = false
  return async function runOrWait() {
    again = true
    if (isRunning) return
    isRunning = true
    while (again) {
      again = false
      await run()
      await new Promise((resolve) => setTimeout(resolve, pauseMs).unref())
    }
    isRunning = false
  }
}
