export type {
  JobEnd,
  JobInput,
  JobProgress,
  JobRecord,
  JobRelease,
  JobStatus,
  JobStore,
  NewJob,
} from './job.ts'
export { JobStoreFull } from './job.ts'
export type { JobOptions } from './job-options.ts'
export type { MemoryJobOptions } from './memory-job-store.ts'
export { createMemoryJobStore } from './memory-job-store.ts'
export type { SqliteJobOptions, SqliteJobStore } from './sqlite-job-store.ts'
export { createSqliteJobStore } from './sqlite-job-store.ts'
