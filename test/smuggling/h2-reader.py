# The real hyper-h2 (Debian's python3-h2) as server: one JSON object a line, {"hex"}, is answered by one: {"messages":
# [[method, path, body, fields, trailers]], "error"}: every request that it sees, and whether it is content.
import json
import sys

import h2.config
import h2.connection
import h2.events
import h2.exceptions


def pairs(headers):
    return [[name, value] for name, value in headers]


def read(octets):
    connection = h2.connection.H2Connection(h2.config.H2Configuration(client_side=False, header_encoding="latin1"))
    connection.initiate_connection()
    streams, ended = {}, []
    try:
        for event in connection.receive_data(octets):
            if isinstance(event, h2.events.RequestReceived):
                fields = dict(event.headers)
                streams[event.stream_id] = [fields[":method"], fields.get(":path", ""), "", pairs(event.headers), []]
            elif isinstance(event, h2.events.DataReceived):
                streams[event.stream_id][2] += event.data.decode("latin1")
            elif isinstance(event, h2.events.TrailersReceived):
                streams[event.stream_id][4] = pairs(event.headers)
            elif isinstance(event, h2.events.StreamEnded):
                ended.append(streams[event.stream_id])
            elif isinstance(event, (h2.events.StreamReset, h2.events.ConnectionTerminated)):
                return ended, type(event).__name__
    except h2.exceptions.ProtocolError as error:
        return ended, str(error) or type(error).__name__
    return ended, "" if len(ended) == len(streams) else "a stream that does not end"


for line in sys.stdin:
    messages, error = read(bytes.fromhex(json.loads(line)["hex"]))
    print(json.dumps({"messages": messages, "error": error}), flush=True)
