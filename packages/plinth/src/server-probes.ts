/** Tells whether something the server needs is there: resolves, or rejects or throws where it is not. */
export type Probe = (signal: AbortSignal) => unknown

/** How one probe is asked. */
export interface ProbeOptions {
  /** How long it may take, in milliseconds. Default `1_000`. */
  readonly timeoutMs?: number
  /** Whether the server is not ready while it fails. Otherwise that is only shown. Default `true`. */
  readonly isRequired?: boolean
}

/** What the probes said. */
export interface Readiness {
  readonly isReady: boolean
  /** Nothing but names: why a probe failed is for the log. */
  readonly probes: Readonly<Record<string, 'ok' | 'failed'>>
}

interface KnownProbe {
  readonly name: string
  readonly probe: Probe
  readonly timeoutMs: number
  readonly isRequired: boolean
}

const cachedMs = 1_000

/** Hears of every answer of a probe; of a failure with what it failed with. */
type OnAnswer = (name: string, failure?: { readonly error: unknown }) => void

/** What a server needs to be ready. Asked at most once a second, however many ask. */
export class Probes {
  private readonly known: KnownProbe[] = []
  private readonly now: () => number
  private readonly onAnswer: OnAnswer
  private last: { readonly time: number; readonly readiness: Promise<Readiness> } | undefined

  /** @param now A clock in milliseconds, of which only differences matter. */
  constructor(now: () => number, onAnswer: OnAnswer) {
    this.now = now
    this.onAnswer = onAnswer
  }

  /** @throws TypeError when there is a probe of that name. */
  add(name: string, probe: Probe, options: ProbeOptions = {}): void {
    const { timeoutMs = 1_000, isRequired = true } = options
    if (!/^[\w.-]{1,64}$/.test(name)) throw new TypeError(`A probe must have a plain name, got "${name}".`)
    if (this.has(name)) throw new TypeError(`There is a probe "${name}" already.`)
    this.known.push({ name, probe, timeoutMs, isRequired })
    this.last = undefined
  }

  has(name: string): boolean {
    return this.known.some((one) => one.name === name)
  }

  ask(): Promise<Readiness> {
    const time = this.now()
    // A clock that was set back must not make an answer good for as long.
    if (this.last === undefined || Math.abs(time - this.last.time) >= cachedMs) {
      this.last = { time, readiness: this.askAll() }
    }
    return this.last.readiness
  }

  private async askAll(): Promise<Readiness> {
    const states = await Promise.all(this.known.map((one) => this.askOne(one)))
    const probes = Object.fromEntries(
      this.known.map(({ name }, at) => [name, states[at] ? 'ok' : 'failed'] as const),
    )
    const isReady = this.known.every(({ isRequired }, at) => states[at] || !isRequired)
    return { isReady, probes }
  }

  private async askOne({ name, probe, timeoutMs }: KnownProbe): Promise<boolean> {
    const timeout = Promise.withResolvers<never>()
    const controller = new AbortController()
    const timer = setTimeout(() => {
      const error = new Error(`The probe took longer than ${timeoutMs} ms.`)
      controller.abort(error)
      timeout.reject(error)
    }, timeoutMs)
    try {
      await Promise.race([Promise.resolve().then(() => probe(controller.signal)), timeout.promise])
      this.onAnswer(name)
      return true
    } catch (error) {
      this.onAnswer(name, { error })
      return false
    } finally {
      clearTimeout(timer)
    }
  }
}
