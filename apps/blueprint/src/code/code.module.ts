import type { Server } from 'plinth'
import { analyzeCode } from './code.contract.ts'
import type { CodeService } from './code.service.ts'

/** Registers `analyze_code`. */
export function registerCode(server: Server, service: CodeService): void {
  server.prompt(analyzeCode, ({ language, code }) => service.toAnalysisRequest(language, code))
}
