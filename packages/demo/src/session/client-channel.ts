import type { OversizedMessage, WireMessage } from "../wire/message-reader.ts";
import type { MessageWriter } from "../wire/message-writer.ts";

/** What a session needs of its client's connection: messages in, messages out. */
export interface ClientChannel {
  readonly out: MessageWriter;
  /** True when the client is gone. */
  readonly closed: boolean;
  /** True while the client has not taken what was sent before. */
  readonly congested: boolean;
  /** Called once when the client is gone. */
  onClose: () => void;
  /** Called when the client has caught up with its output. */
  onDrain: () => void;
  /** The next message that is whole. @throws {FramingError} when the bytes are no protocol. */
  next(): WireMessage | OversizedMessage | undefined;
  /** Takes what follows a message when it has come already and is exactly this, one or more whole messages. */
  nextAre(expected: Uint8Array, after: WireMessage): boolean;
  /** Waits for more bytes; false when the client is gone. @throws what {@link abort} was given. */
  wait(): Promise<boolean>;
  /** Lets whoever waits for the client, now or next, fail with `cause`. */
  abort(cause: Error): void;
  /** Sends what is left and closes. */
  end(): void;
  /** Closes at once. */
  destroy(): void;
}
