export type { Audit, AuditOptions } from './audit.ts'
export { createAudit } from './audit.ts'
export type { FileAuditSinkOptions } from './audit-file.ts'
export { fileAuditSink } from './audit-file.ts'
export type { AuditHead, AuditRecord } from './audit-record.ts'
export type { AuditNotice, AuditReplacement, AuditSink } from './audit-sink.ts'
export { stdoutAuditSink } from './audit-sink.ts'
export type { Labels, ReadingOptions, Sample } from './metric-families.ts'
export type { Metrics, MetricsFormat } from './metrics.ts'
export { createMetrics } from './metrics.ts'
export type {
  CallEvent,
  CallEventName,
  CallKind,
  CallOutcome,
  CallRecord,
  EventFacts,
  MetricReading,
  Observer,
} from './observer.ts'
export { redactText, redactValue } from './redact.ts'
export type { TraceContext } from './trace-context.ts'
export type { CallSpan, SpanStart, StatementStart, Tracer } from './tracer.ts'
export type { AuditFault, AuditVerdict } from './verify-audit.ts'
export { verifyAudit } from './verify-audit.ts'
