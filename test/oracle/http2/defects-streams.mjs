/** Streams in the state that a defect needs, made by legal steps. */

/** A stream whose peer may still send its body. */
export function receiving(script, fields = []) {
  const { peer, role } = script;
  if (role === "server") {
    const id = script.nextPeer;
    script.nextPeer += 2;
    peer.headers(id, [[":method", "POST"], ...script.requestFields("POST").slice(1), ...fields]);
    script.open(id, { method: "POST" });
    return id;
  }
  const id = requested(script);
  peer.headers(id, [[":status", "200"], ...fields]);
  script.streams.get(id).answered = true;
  return id;
}

/** A stream of ours (client) or the peer's (server) that waits for its response. */
export function requested(script, method = "GET") {
  const end = method === "GET" || method === "HEAD";
  if (script.role === "server") {
    const id = script.nextPeer;
    script.nextPeer += 2;
    script.peer.headers(id, script.requestFields(method), { end });
    script.open(id, { method, theirs: !end });
    return id;
  }
  const id = script.nextOurs;
  script.nextOurs += 2;
  script.call("request", id, script.requestFields(method), end);
  script.open(id, { method, ours: !end, responded: true });
  return id;
}

/** A stream that the peer ended (half-closed for a server, closed for a client). */
export function ended(script) {
  const id = receiving(script);
  script.peer.data(id, "a", { end: true });
  script.streams.get(id).theirs = false;
  return id;
}

/** A stream both ends ended. */
export function closed(script) {
  const id = ended(script);
  if (script.role === "server") script.call("respond", id, [[":status", "200"]], true);
  script.streams.delete(id);
  return id;
}

export function resetByPeer(script) {
  const id = receiving(script);
  script.peer.reset(id);
  script.streams.delete(id);
  return id;
}

export function resetByUs(script) {
  const id = receiving(script);
  script.call("reset", id, 8);
  script.streams.delete(id);
  return id;
}

/** Settings of ours that the peer acknowledged, and the first ones too. */
export function acknowledged(script, values) {
  script.call("settings", values);
  script.peer.settingsAck();
  script.peer.settingsAck();
}

export const idle = (script) => script.nextPeer + 20;
