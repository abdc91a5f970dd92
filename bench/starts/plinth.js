import { createServer } from 'plinth'
import { createTools } from './tools.js'

const server = createServer({ name: 'bench', version: '1.0.0', logCalls: false })
for (const tool of createTools()) server.tool({ ...tool, effect: 'read' }, () => 'ok')
await server.serve({ stdio: true, argv: [] })
