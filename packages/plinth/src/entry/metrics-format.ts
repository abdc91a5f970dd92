import type { MetricsFormat } from '../telemetry/metrics.ts'

/** A format of metrics, with its media type. */
export interface ServedMetrics {
  readonly format: MetricsFormat
  readonly type: string
}

const prometheus: ServedMetrics = { format: 'prometheus', type: 'text/plain; version=0.0.4; charset=utf-8' }
const openMetrics: ServedMetrics = {
  format: 'openmetrics',
  type: 'application/openmetrics-text; version=1.0.0; charset=utf-8',
}

/** OpenMetrics for those who ask for it by name, as Prometheus does where it keeps exemplars. */
export function selectMetricsFormat(accept: string | undefined): ServedMetrics {
  const asked = (accept ?? '').split(',').some((range) => {
    return (
      /^\s*application\/openmetrics-text\s*(?:;|$)/i.test(range) && !/;\s*q=0(?:\.0*)?\s*(?:;|$)/i.test(range)
    )
  })
  return asked ? openMetrics : prometheus
}
