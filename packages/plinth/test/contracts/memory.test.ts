import { createStores } from '../../src/server-stores.ts'
import { MemoryBus } from '../../src/storage/memory-bus.ts'
import { MemoryEventLogStore } from '../../src/storage/memory-event-log.ts'
import type { SharedStores } from '../../src/storage/shared-stores.ts'
import { ServerCounts } from '../../src/telemetry/server-counts.ts'
import { testStores } from './stores.ts'

const spaces = new Map<string, SharedStores>()

// Memory is shared with whoever has the same object: there is no second connection.
testStores({
  name: 'memory',
  async open({ space = '', now = Date.now, eventLogs = {} }) {
    const known = spaces.get(space)
    const bus = new MemoryBus()
    const created = {
      ...createStores(undefined, {
        now,
        log: () => undefined,
        counts: new ServerCounts(),
        createKey: () => crypto.randomUUID(),
      }),
      bus,
      eventLogs: new MemoryEventLogStore({ ...eventLogs, now }),
    }
    const stores = known ?? { ...created, close: () => bus.close() }
    spaces.set(space, stores)
    return {
      stores,
      async close() {
        spaces.delete(space)
        await stores.close()
      },
    }
  },
})
