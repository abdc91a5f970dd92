/** Facts about the running server that anybody may read. */
export interface ServerInfo {
  /** The server's name. */
  name: string
  /** The server's version. */
  version: string
  /** The modules that are switched on, in the order of registration. */
  modules: string[]
  /** When this process started, as an ISO 8601 instant. */
  started_at: string
}

/** Greets, and tells who is greeting. */
export interface HelloService {
  /** One friendly sentence for `name`. */
  greet(name: string): { greeting: string }
  /** Who this server is. */
  info(): ServerInfo
}

/** Creates the service around facts that do not change while the process lives. */
export function createHelloService(info: ServerInfo): HelloService {
  return {
    greet: (name) => ({ greeting: `Hello, ${name.trim()}!` }),
    info: () => info,
  }
}
