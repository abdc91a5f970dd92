export type { PoolClientLike, PoolLike } from '../storage/postgres-pool.ts'
export { StoreError } from '../storage/store-error.ts'
export type {
  JobCounts,
  JobEnd,
  JobInput,
  JobProgress,
  JobRecord,
  JobRelease,
  JobStatus,
  JobStore,
  JobSweep,
  NewJob,
} from './job.ts'
export { JobStoreFull } from './job.ts'
export type { JobOptions } from './job-options.ts'
export type { MemoryJobOptions } from './memory-job-store.ts'
export { createMemoryJobStore } from './memory-job-store.ts'
export type { PostgresJobOptions, PostgresJobStore } from './postgres-job-store.ts'
export { createPostgresJobStore } from './postgres-job-store.ts'
export type { SqliteJobOptions, SqliteJobStore } from './sqlite-job-store.ts'
export { createSqliteJobStore } from './sqlite-job-store.ts'
