/** Which port a path is served at: the one clients use, or the second one of the people who run the server. */
export type Door = 'public' | 'admin'

/** Who is answered: everyone, or only callers that proved who they are, wherever the server asks for that. */
export type Access = 'everyone' | 'callers'

/** Every path of the public port, by what is found there. */
export type PublicRouteName = 'mcp' | 'sse' | 'messages' | 'health' | 'resource_metadata'

/** Every path of the admin port. */
export type AdminRouteName = 'livez' | 'readyz' | 'startupz' | 'metrics'

/** One path that a process answers at. */
export interface Route<Name extends string = PublicRouteName | AdminRouteName> {
  readonly name: Name
  readonly door: Door
  readonly path: string
  /** Every other method is answered with 405. */
  readonly methods: readonly string[]
  readonly access: Access
}

/** What decides which paths the public port has. */
export interface PublicRouteSettings {
  readonly path: string
  readonly healthPath: string
  readonly sse: boolean
  readonly auth: { readonly metadata: { readonly paths: readonly string[] } | undefined } | undefined
}

/** Where the deprecated HTTP+SSE transport is served: the stream, and what is posted to it. */
export const ssePaths = { stream: '/sse', messages: '/messages' } as const

const read = ['GET', 'HEAD'] as const

/**
 * Every path of the public port. The entries route by this list and by nothing else; a path that is not in it is
 * answered with 404.
 */
export function listPublicRoutes(settings: PublicRouteSettings): readonly Route<PublicRouteName>[] {
  const door = 'public'
  const metadataPaths = settings.auth?.metadata?.paths ?? []
  return [
    { name: 'mcp', door, path: settings.path, methods: ['GET', 'POST', 'DELETE'], access: 'callers' },
    ...(settings.sse
      ? ([
          { name: 'sse', door, path: ssePaths.stream, methods: ['GET'], access: 'callers' },
          { name: 'messages', door, path: ssePaths.messages, methods: ['POST'], access: 'callers' },
        ] as const)
      : []),
    { name: 'health', door, path: settings.healthPath, methods: read, access: 'everyone' },
    ...metadataPaths.map(
      (path) => ({ name: 'resource_metadata', door, path, methods: read, access: 'everyone' }) as const,
    ),
  ]
}

/** Every path of the admin port. Health tells no secrets and asks nobody; metrics are for callers where some are known. */
export function listAdminRoutes({ hasAuth }: { hasAuth: boolean }): readonly Route<AdminRouteName>[] {
  const health = { door: 'admin', methods: read, access: 'everyone' } as const
  return [
    { ...health, name: 'livez', path: '/livez' },
    { ...health, name: 'readyz', path: '/readyz' },
    { ...health, name: 'startupz', path: '/startupz' },
    { ...health, name: 'metrics', path: '/metrics', access: hasAuth ? 'callers' : 'everyone' },
  ]
}
