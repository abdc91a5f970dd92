/** Most characters of one message. Larger things belong in a store; the message then says where. */
const maxMessageChars = 262_144

/** What hears the messages of a channel. */
export interface BusListener {
  /** Called once for each message, in the order in which one publisher sent them. */
  message(text: string): void
  /** Called when messages may have been lost, because the connection was cut and is back. */
  missed?(): void
}

/**
 * Carries small texts between processes, by channel. Every listener that is subscribed when a message is published
 * gets it once, also in the process that published it, as long as its connection holds; nothing is kept for later.
 */
export interface Bus {
  /**
   * Sends a text to all listeners of a channel.
   *
   * @throws RangeError when the text has more than 262,144 characters.
   * @throws StoreError when the service behind the bus cannot be reached.
   */
  publish(channel: string, text: string): Promise<void>
  /**
   * Listens to a channel. What is published after the promise was fulfilled is heard.
   *
   * @returns what ends the subscription.
   * @throws StoreError when the service behind the bus cannot be reached: then nothing is subscribed.
   */
  subscribe(channel: string, listener: BusListener): Promise<() => void>
  /** Ends all subscriptions and whatever the bus opened for itself. Whoever subscribes afterwards is refused. */
  close(): Promise<void>
}

/** @throws RangeError when a message has too many characters. */
export function assertMessage(text: string): void {
  if (text.length <= maxMessageChars) return
  throw new RangeError(
    `A message may have ${maxMessageChars} characters, got ${text.length}. Send a reference.`,
  )
}
