import { findKeyFileFault } from '../guard/auth/api-key-file.ts'
import type { StandardSchema } from '../mcp/schema.ts'

/** Takes the path of a file of API keys that lets somebody in. */
export const keyFile: StandardSchema<unknown, string> = {
  '~standard': {
    version: 1,
    vendor: 'plinth',
    validate(value) {
      const path = String(value)
      const fault = findKeyFileFault(path)
      if (fault === undefined) return { value: path }
      return { issues: [{ message: `it ${fault}; "plinth key create" makes one` }] }
    },
  },
}
