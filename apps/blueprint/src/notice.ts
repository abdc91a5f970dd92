/** A line for the people who run the server. */
export type Notice = { level: 'info' | 'warn'; message: string }
