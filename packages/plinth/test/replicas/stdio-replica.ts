// A process of the server `replicas` that a client starts and talks to over stdio:
// `node stdio-replica.ts <URL of the stores> <space>`.
import { createServer } from 'plinth'
import { openStores } from './open-stores.ts'

const [storeUrl = '', space = ''] = process.argv.slice(2)
const { stores, close } = await openStores(storeUrl, space)
const server = createServer({ name: 'replicas', version: '1.0.0', stores, log: () => undefined })

server.resource({ name: 'note', uri: 'notes://{name}', description: 'A note.' }, ({ name }) => String(name))

await server.serve({ stdio: true, argv: [], env: {}, onStop: close })
