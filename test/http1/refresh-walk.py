"""Walks every operation of the real h11's ConnectionState from every state it can reach; prints a line for each.

A line: the state, then what each operation makes of it: a state, "!" (LocalProtocolError) or "x" (any other exception).
A state: client, server (one letter each), "+" or "-" (keep-alive), proposals pending: 0, u(pgrade), c(onnect), b(oth).
"""

import copy

import h11
from h11 import _events, _state
from h11._state import CLIENT, SERVER

LETTERS = {
    "IDLE": "I",
    "SEND_RESPONSE": "R",
    "SEND_BODY": "B",
    "DONE": "D",
    "MUST_CLOSE": "M",
    "CLOSED": "C",
    "ERROR": "E",
    "MIGHT_SWITCH_PROTOCOL": "P",
    "SWITCHED_PROTOCOL": "S",
}
EVENTS = ("Request", "InformationalResponse", "Response", "Data", "EndOfMessage", "ConnectionClosed")
UPGRADE, CONNECT = _state._SWITCH_UPGRADE, _state._SWITCH_CONNECT


def event(role, name, switch=None):
    return lambda machine: machine.process_event(role, getattr(_events, name), switch)


OPERATIONS = (
    [("client-" + name, event(CLIENT, name)) for name in EVENTS]
    + [("server-" + name, event(SERVER, name)) for name in EVENTS]
    + [
        ("server-upgrade-accepted", event(SERVER, "InformationalResponse", UPGRADE)),
        ("server-connect-accepted", event(SERVER, "Response", CONNECT)),
        ("client-fails", lambda machine: machine.process_error(CLIENT)),
        ("server-fails", lambda machine: machine.process_error(SERVER)),
        ("keep-alive-off", lambda machine: machine.process_keep_alive_disabled()),
        ("propose-upgrade", lambda machine: machine.process_client_switch_proposal(UPGRADE)),
        ("propose-connect", lambda machine: machine.process_client_switch_proposal(CONNECT)),
        ("next-cycle", lambda machine: machine.start_next_cycle()),
    ]
)


def code(machine):
    states = "".join(LETTERS[machine.states[role].__name__] for role in (CLIENT, SERVER))
    pending = "0ucb"[(UPGRADE in machine.pending_switch_proposals) + 2 * (CONNECT in machine.pending_switch_proposals)]
    return states + ("+" if machine.keep_alive else "-") + pending


def step(machine, operation):
    after = copy.deepcopy(machine)
    try:
        operation(after)
    except h11.LocalProtocolError:
        return "!", None
    except Exception:
        return "x", None
    return code(after), after


print("state", *(name for name, _ in OPERATIONS))
machines = {code(machine): machine for machine in [_state.ConnectionState()]}
waiting = list(machines)
lines = []
while waiting:
    state = waiting.pop()
    cells = []
    for _, operation in OPERATIONS:
        cell, after = step(machines[state], operation)
        cells.append(cell)
        if after is not None and cell not in machines:
            machines[cell] = after
            waiting.append(cell)
    lines.append(" ".join([state] + cells))
print("\n".join(sorted(lines)))
