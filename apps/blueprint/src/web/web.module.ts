import type { Server } from 'plinth'
import { isRefusal } from '../refusal.ts'
import { fetchUrl } from './web.contract.ts'
import type { WebService } from './web.service.ts'

/** Registers `fetch_url`. */
export function registerWeb(server: Server, web: WebService): void {
  server.tool(fetchUrl, async (wanted, call) => {
    const part = await web.read(call.principal.tenant, wanted, call.signal)
    if (!isRefusal(part)) return part
    if (part.refused === 'page_missing') throw call.fail('page_missing', part.details)
    if (part.refused === 'page_failing') {
      const { status, retry_after_ms } = part.details
      throw call.fail('page_failing', { status }, { retryAfterMs: retry_after_ms })
    }
    throw call.fail(part.refused)
  })
}
