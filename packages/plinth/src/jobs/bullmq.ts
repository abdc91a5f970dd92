export { StoreError } from '../storage/store-error.ts'
export type { BullmqClient } from './bullmq-connection.ts'
export type { BullmqJobOptions, BullmqJobStore } from './bullmq-job-store.ts'
export { createBullmqJobStore } from './bullmq-job-store.ts'
