import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import type { Stretch, StretchResult } from './load.ts'
import type { ServerFacts } from './servers/control.ts'

export type ServerKind = 'floor' | 'plinth' | 'cluster' | 'sdk-v2' | 'tmcp'

/** How a server is started. */
export interface ServerPlan {
  readonly kind: ServerKind
  /**
   * `BENCH_TOOLS`, `BENCH_WAIT_MS`, `BENCH_GUARDS`, `BENCH_STDIO`, `BENCH_PLINTH`, `BENCH_IDENTITY`, `BENCH_VERIFY`,
   * `BENCH_TELEMETRY`, `BENCH_COLLECTOR`, `BENCH_FOLDER`, `BENCH_STORES`, `BENCH_PROCESSES`.
   */
  readonly env?: Readonly<Record<string, string>>
  /** Further flags of Node. */
  readonly flags?: readonly string[]
}

const hasTaskset = availableParallelism() > 1 && spawnSync('taskset', ['-c', '0,1', 'true']).status === 0
const running = new Set<ChildProcess>()

/** Where a process runs: servers on one core, load on another, where the system can do that; several servers anywhere. */
function spawnNode(
  args: readonly string[],
  options: { core: 0 | 1 | undefined; env: NodeJS.ProcessEnv; stdin: boolean },
): ChildProcess {
  const { core } = options
  const isPinned = hasTaskset && core !== undefined
  const command = isPinned ? ['taskset', '-c', String(core), process.execPath] : [process.execPath]
  const pipe = options.stdin ? 'pipe' : 'ignore'
  const child = spawn(command[0] ?? '', [...command.slice(1), ...args], {
    env: options.env,
    stdio: [pipe, pipe, 'inherit', 'ipc'],
  })
  running.add(child)
  child.once('exit', () => running.delete(child))
  return child
}

/** Ends whatever still runs. */
export function stopAll(): void {
  for (const child of running) child.kill('SIGKILL')
}

/** A message of a child, or an error when it ends instead. */
async function receive<T>(child: ChildProcess, name: string): Promise<T> {
  const gone = new AbortController()
  const onExit = () => gone.abort()
  child.once('exit', onExit)
  try {
    const [message] = (await once(child, 'message', { signal: gone.signal })) as [T]
    return message
  } catch (cause) {
    throw new Error(`The ${name} process ended early.`, { cause })
  } finally {
    child.off('exit', onExit)
  }
}

/** A server in a process of its own. */
export class ServerProcess {
  readonly child: ChildProcess
  readonly port: number
  private readonly name: string

  private constructor(child: ChildProcess, port: number, name: string) {
    this.child = child
    this.port = port
    this.name = name
  }

  static async start(plan: ServerPlan): Promise<ServerProcess> {
    const { child } = ServerProcess.spawn(plan)
    const { port } = await receive<{ port: number }>(child, plan.kind)
    return new ServerProcess(child, port, plan.kind)
  }

  /** Starts a server without waiting for it. */
  static spawn({ kind, env = {}, flags = [] }: ServerPlan): { child: ChildProcess } {
    const script = join(import.meta.dirname, 'servers', `${kind}.ts`)
    const args = ['--expose-gc', '--conditions=plinth-source', ...flags, script]
    const stdin = env['BENCH_STDIO'] === '1'
    return {
      child: spawnNode(args, {
        core: kind === 'cluster' ? undefined : 0,
        env: { ...process.env, NODE_ENV: 'production', ...env },
        stdin,
      }),
    }
  }

  /** What the process says of itself, after a full collection where `collect` says so. */
  async facts(collect = false): Promise<ServerFacts> {
    this.child.send({ collect })
    const { facts } = await receive<{ facts: ServerFacts }>(this.child, this.name)
    return facts
  }

  async stop(): Promise<void> {
    if (!running.has(this.child)) return
    const exited = once(this.child, 'exit')
    this.child.kill('SIGKILL')
    await exited
  }
}

/** The load generator's process. */
export class LoadProcess {
  private readonly child: ChildProcess

  constructor() {
    const args = ['--conditions=plinth-source', join(import.meta.dirname, 'load.ts')]
    this.child = spawnNode(args, { core: 1, env: process.env, stdin: false })
  }

  async run(stretch: Stretch): Promise<StretchResult> {
    this.child.send(stretch)
    const { result, error } = await receive<{ result?: StretchResult; error?: string }>(this.child, 'load')
    if (result === undefined) throw new Error(error)
    return result
  }

  stop(): void {
    this.child.kill('SIGKILL')
  }
}
