// The loop of every example, whatever moves the octets: `feed` what arrived, call `turn`, write what it returns.
import { RemoteProtocolError } from "sansio";

export function turn(connection, handle) {
  try {
    for (const event of connection.events()) handle(event);
  } catch (error) {
    if (!(error instanceof RemoteProtocolError) || connection.role === "client") throw error;
    // Only HTTP/1.1 has errorResponse: HTTP/2 has already queued its GOAWAY.
    connection.errorResponse?.(error);
  }
  return connection.bytesToSend();
}

/** Whether to close the transport once everything is written. HTTP/2 has a property for it. */
export function isOver({ localState, finished }) {
  return finished ?? ["must-close", "closed", "error"].includes(localState);
}
