import type { Server } from 'plinth'
import { hello, serverInfo } from './hello.contract.ts'
import type { HelloService } from './hello.service.ts'

/** Registers `hello` and `server://info`. */
export function registerHello(server: Server, service: HelloService): void {
  server.tool(hello, ({ name }) => service.greet(name))
  server.resource(serverInfo, () => service.info())
}
