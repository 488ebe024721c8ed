"""The real python hpack behind JSON lines, for hpack-live.mjs: one context per name, octets as Latin-1 text.

{"op": "decode", "ctx", "hex", "size"?} -> {"headers", "tableSize"};  {"op": "encode", "ctx", "headers", "huffman", "size"?} -> {"hex"}
"""

import json
import sys

import hpack

decoders = {}
encoders = {}


def text(octets):
    return bytes(octets).decode("latin-1")


def decode(ctx, hex, size=None):
    decoder = decoders.setdefault(ctx, hpack.Decoder(max_header_list_size=2**24))
    if size is not None:
        decoder.max_allowed_table_size = size
    fields = decoder.decode(bytes.fromhex(hex), raw=True)
    never = hpack.NeverIndexedHeaderTuple
    return {
        "headers": [[text(f[0]), text(f[1])] + ([True] if isinstance(f, never) else []) for f in fields],
        "tableSize": decoder.header_table._current_size,
    }


def encode(ctx, headers, huffman, size=None):
    encoder = encoders.setdefault(ctx, hpack.Encoder())
    if size is not None:
        encoder.header_table_size = size
    fields = [
        (hpack.NeverIndexedHeaderTuple if len(f) > 2 else hpack.HeaderTuple)(
            f[0].encode("latin-1"), f[1].encode("latin-1")
        )
        for f in headers
    ]
    return {"hex": encoder.encode(fields, huffman=huffman).hex()}


print(json.dumps({"version": hpack.__version__}), flush=True)
for line in sys.stdin:
    command = json.loads(line)
    try:
        answer = {"decode": decode, "encode": encode}[command.pop("op")](**command)
    except Exception as error:
        answer = {"error": f"{type(error).__name__}: {error}"}
    print(json.dumps(answer), flush=True)
