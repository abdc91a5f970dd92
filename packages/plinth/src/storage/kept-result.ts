/** Keeps results that were too large to send at once, for whoever they were made for. Bounded in size and time. */
export interface KeptResultStore {
  /** Keeps a text for `owner` and returns the id to ask for it with. */
  keep(owner: string, text: string): string | Promise<string>
  /** The text; undefined when it is gone, or was kept for somebody else. */
  read(owner: string, id: string): string | undefined | Promise<string | undefined>
}
