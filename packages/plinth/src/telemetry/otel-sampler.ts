import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  ParentBasedSampler,
  type Sampler,
  TraceIdRatioBasedSampler,
} from '@opentelemetry/sdk-trace'
import type { LogSink } from './log.ts'
import { type OtelEnvironment, warnOfIgnored } from './otel-resource.ts'

const samplers: Readonly<Record<string, (ratio: number) => Sampler>> = {
  always_on: () => new AlwaysOnSampler(),
  always_off: () => new AlwaysOffSampler(),
  traceidratio: (ratio) => new TraceIdRatioBasedSampler(ratio),
}
const parentBased = 'parentbased_'

/**
 * The sampler that `OTEL_TRACES_SAMPLER` names. Undefined without one, or with a name that means nothing: every request
 * is sampled whose caller did not decide otherwise.
 */
export function createSampler(env: OtelEnvironment, log: LogSink): Sampler | undefined {
  const name = env['OTEL_TRACES_SAMPLER'] || undefined
  if (name === undefined) return undefined
  const own = name.startsWith(parentBased) ? name.slice(parentBased.length) : name
  const create = Object.hasOwn(samplers, own) ? samplers[own] : undefined
  if (create === undefined) {
    const names = Object.keys(samplers).flatMap((one) => [one, parentBased + one])
    warnOfIgnored(log, { name: 'OTEL_TRACES_SAMPLER', value: name, expected: names.join(', ') })
    return undefined
  }
  const root = create(parseRatio(env, log))
  return own === name ? root : new ParentBasedSampler({ root })
}

function parseRatio(env: OtelEnvironment, log: LogSink): number {
  const text = env['OTEL_TRACES_SAMPLER_ARG'] || '1'
  const ratio = Number(text)
  if (ratio >= 0 && ratio <= 1) return ratio
  warnOfIgnored(log, { name: 'OTEL_TRACES_SAMPLER_ARG', value: text, expected: 'a number from 0 to 1' })
  return 1
}
