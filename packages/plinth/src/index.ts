export type { AdminOptions } from './entry/admin-options.ts'
export { createFetchHandler } from './entry/fetch-handler.ts'
export type { HttpOptions } from './entry/http-options.ts'
export type { LocalCaller } from './entry/local-principal.ts'
export type { ServeOptions, Service } from './entry/serve.ts'
export { serveHttp } from './entry/serve-http.ts'
export type { HttpService } from './entry/service.ts'
export type { FailureBody, FailureName, ProtocolErrorName } from './errors.ts'
export { Failure, ProtocolError, ToolError } from './errors.ts'
export type { JobOptions } from './jobs/job-options.ts'
export type {
  AskAnswer,
  AskRequest,
  ElicitAnswer,
  FormRequest,
  Root,
  RootsRequest,
  SamplingAnswer,
  SamplingRequest,
  UrlRequest,
} from './mcp/ask-request.ts'
export type {
  Call,
  CallLog,
  CallNotify,
  CallRequest,
  DeclaredError,
  DeclaredErrors,
  Effect,
  FailOptions,
} from './mcp/call.ts'
export type { AskKind, ClientCapabilities } from './mcp/capabilities.ts'
export type {
  Annotations,
  AudioContent,
  BlobResourceContents,
  ContentBlock,
  EmbeddedResource,
  Icon,
  ImageContent,
  Implementation,
  LogLevel,
  MetaObject,
  PromptMessage,
  ResourceContents,
  ResourceLink,
  TextContent,
  TextResourceContents,
} from './mcp/content.ts'
export type { JsonSchema } from './mcp/json-schema.ts'
export type {
  BudgetPolicy,
  CachePolicy,
  ConcurrencyLimit,
  IdempotencyPolicy,
  LimitScope,
  Policies,
  RateLimit,
  RepeatPolicy,
  TaskMode,
  TaskPolicy,
  TaskRetry,
  ToolPolicies,
} from './mcp/policy.ts'
export type { Principal } from './mcp/principal.ts'
export type { CacheHint } from './mcp/revision.ts'
export type { InferInput, InferOutput, Schema, StandardSchema } from './mcp/schema.ts'
export type {
  PromptAnswer,
  ResourceAnswer,
  ToolAnswer,
  ToolResultAnswer,
  ToolResultOptions,
} from './registry/answers.ts'
export { toolResult } from './registry/answers.ts'
export type {
  Complete,
  Described,
  ListedResource,
  ListResources,
  PromptContract,
  PromptHandler,
  PromptHandlerOf,
  ResourceContract,
  ResourceHandler,
  ToolContract,
  ToolHandler,
  ToolHandlerOf,
  UriVariables,
} from './registry/contract.ts'
export { definePrompt, defineResource, defineTool } from './registry/contract.ts'
export { createServer, Server } from './server.ts'
export type { ServerOptions } from './server-options.ts'
export type { Probe, ProbeOptions } from './server-probes.ts'
export type { Stores } from './server-stores.ts'
export type { Bus, BusListener } from './storage/bus.ts'
export type { CacheStore } from './storage/cache.ts'
export type { Bucket, CounterStore } from './storage/counter.ts'
export type { DocumentStore, DocumentWrite, StoredDocument } from './storage/document.ts'
export { envSecrets } from './storage/env-secrets.ts'
export type {
  EventLogBounds,
  EventLogContent,
  EventLogHead,
  EventLogOpening,
  EventLogStore,
  EventLogWrite,
  LoggedEvent,
} from './storage/event-log.ts'
export { fileSecrets } from './storage/file-secrets.ts'
export type { KeptResultStore } from './storage/kept-result.ts'
export type { Lease, LeaseOptions, Leases, LeasesOptions } from './storage/lease.ts'
export { createLeases } from './storage/lease.ts'
export type { SecretProvider } from './storage/secrets.ts'
export type { Statement } from './storage/trace-statement.ts'
export { traceStatement } from './storage/trace-statement.ts'
export type { CallLogOptions } from './telemetry/call-log.ts'
export type { LogRecord, LogSink } from './telemetry/log.ts'
export type { Labels, Sample } from './telemetry/metric-families.ts'
export type {
  CallEvent,
  CallEventName,
  CallKind,
  CallOutcome,
  CallRecord,
  EventFacts,
  MetricReading,
  Observer,
} from './telemetry/observer.ts'
export type { ServerLogLevel } from './telemetry/server-log.ts'
export type { CallSpan, SpanStart, StatementStart, Tracer } from './telemetry/tracer.ts'
export type { WorkerHandlerOptions } from './worker/worker-handler.ts'
export { workerHandler } from './worker/worker-handler.ts'
