// The loop of every example, whatever moves the octets: `feed` what came, `turn`, write what that gives.
import { RemoteProtocolError } from "sansio";

export function turn(connection, handle) {
  try {
    for (const event of connection.events()) handle(event);
  } catch (error) {
    if (!(error instanceof RemoteProtocolError) || connection.role === "client") throw error;
    // HTTP/2 has queued its GOAWAY by itself.
    connection.errorResponse?.(error);
  }
  return connection.bytesToSend();
}

/** When all is written, the transport is to be closed. HTTP/2 says so in one word. */
export function isOver({ localState, finished }) {
  return finished ?? ["must-close", "closed", "error"].includes(localState);
}
