# The real h11 (Debian's python3-h11) as reader: one JSON object a line, {"text", "methods"?}, is answered by one,
# {"messages": [[method or status, target, body]], "end": "whole" | "tunnel" | "refused"}. One char an octet.
import json
import sys

import h11


def head_of(event):
    if isinstance(event, h11.Request):
        return [event.method.decode("latin1"), event.target.decode("latin1")]
    return [event.status_code, ""]


def read(text, methods):
    connection = h11.Connection(h11.CLIENT if methods else h11.SERVER)
    messages, waiting = [], list(methods or [])
    if waiting:
        ask(connection, waiting.pop(0))
    connection.receive_data(text.encode("latin1"))
    connection.receive_data(b"")
    head, body = None, b""
    try:
        while True:
            event = connection.next_event()
            if isinstance(event, (h11.Request, h11.Response)):
                head, body = head_of(event), b""
            elif isinstance(event, h11.Data):
                body += bytes(event.data)
            elif isinstance(event, h11.EndOfMessage):
                messages.append([*head, body.decode("latin1")])
                if not methods and connection.our_state is h11.SEND_RESPONSE:
                    answer(connection)
                if connection.our_state is not h11.DONE or connection.their_state is not h11.DONE:
                    continue
                if methods and not waiting:
                    # what is left would answer the next request
                    left = connection.trailing_data[0]
                    return messages, "refused" if left else "whole"
                connection.start_next_cycle()
                if waiting:
                    ask(connection, waiting.pop(0))
            elif isinstance(event, h11.ConnectionClosed):
                return messages, "whole"
            elif event is h11.PAUSED:
                if not methods and connection.their_state is h11.MIGHT_SWITCH_PROTOCOL:
                    answer(connection)
                    if connection.our_state is h11.DONE and connection.their_state is h11.DONE:
                        connection.start_next_cycle()
                    continue
                return messages, "tunnel" if methods else "whole"
            elif event is h11.NEED_DATA:
                return messages, "refused"
    except h11.RemoteProtocolError:
        return messages, "refused"


def ask(connection, method):
    target = "a:1" if method == "CONNECT" else "/"
    connection.send(h11.Request(method=method, target=target, headers=[("Host", "a")]))
    connection.send(h11.EndOfMessage())


def answer(connection):
    connection.send(h11.Response(status_code=404, headers=[("Content-Length", "0")]))
    connection.send(h11.EndOfMessage())


for line in sys.stdin:
    given = json.loads(line)
    messages, end = read(given["text"], given.get("methods"))
    print(json.dumps({"messages": messages, "end": end}), flush=True)
