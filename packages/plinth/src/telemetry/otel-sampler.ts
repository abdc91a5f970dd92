import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  ParentBasedSampler,
  type Sampler,
  TraceIdRatioBasedSampler,
} from '@opentelemetry/sdk-trace'
import type { OtelEnvironment } from './otel-resource.ts'

const samplers: Readonly<Record<string, (ratio: number) => Sampler>> = {
  always_on: () => new AlwaysOnSampler(),
  always_off: () => new AlwaysOffSampler(),
  traceidratio: (ratio) => new TraceIdRatioBasedSampler(ratio),
}
const parentBased = 'parentbased_'

/**
 * The sampler that `OTEL_TRACES_SAMPLER` names. Undefined without one: every request is sampled whose caller did not
 * decide otherwise.
 *
 * @throws TypeError naming the variable and its value.
 */
export function createSampler(env: OtelEnvironment): Sampler | undefined {
  const name = env['OTEL_TRACES_SAMPLER'] || undefined
  if (name === undefined) return undefined
  const own = name.startsWith(parentBased) ? name.slice(parentBased.length) : name
  const create = Object.hasOwn(samplers, own) ? samplers[own] : undefined
  if (create === undefined) {
    const names = Object.keys(samplers).flatMap((one) => [one, parentBased + one])
    throw new TypeError(
      `"OTEL_TRACES_SAMPLER" must be one of ${names.join(', ')}, got ${JSON.stringify(name)}.`,
    )
  }
  const root = create(parseRatio(env))
  return own === name ? root : new ParentBasedSampler({ root })
}

function parseRatio(env: OtelEnvironment): number {
  const text = env['OTEL_TRACES_SAMPLER_ARG'] || '1'
  const ratio = Number(text)
  if (ratio >= 0 && ratio <= 1) return ratio
  throw new TypeError(`"OTEL_TRACES_SAMPLER_ARG" must be a number from 0 to 1, got ${JSON.stringify(text)}.`)
}
