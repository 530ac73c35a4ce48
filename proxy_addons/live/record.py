"""A flow → one record of a `.flow` file, a tenth of the work of mitmproxy's own writer.

Connections carry certificates and are shared by many flows: their part is encoded once and kept while it is unchanged.
`tests` hold that the record reads back as exactly what mitmproxy itself would have written.
"""

from __future__ import annotations

from typing import Any
from weakref import WeakKeyDictionary

from mitmproxy import connection, flow, http, version
from mitmproxy.io import tnetstring

FORMAT = 21
"""`FLOW_FORMAT_VERSION` that the short way below writes; any other is left to mitmproxy."""
_connections: WeakKeyDictionary[Any, tuple[Any, bytes]] = WeakKeyDictionary()


def encode_record(one: flow.Flow, extra: dict[str, Any] | None = None, new_id: str | None = None) -> bytes:
    """Return the record of a flow. ``extra`` is put under ``eduaudit`` in its metadata; ``new_id`` replaces its id."""
    metadata = {**one.metadata, **({"eduaudit": extra} if extra else {})}
    if version.FLOW_FORMAT_VERSION != FORMAT or not isinstance(one, http.HTTPFlow) or one._backup:  # noqa: SLF001  # mitmproxy's
        state: dict[str, Any] = {**one.get_state(), "metadata": metadata}
        if new_id:
            state["id"] = new_id
        return tnetstring.dumps(state)
    parts = (
        b"7:version;2:21#4:type;",
        _encode(one.type),
        b"2:id;",
        _encode(new_id or one.id),
        b"5:error;",
        _encode(one.error.get_state() if one.error else None),
        b"11:client_conn;",
        _connection(one.client_conn),
        b"11:server_conn;",
        _connection(one.server_conn),
        b"11:intercepted;",
        _encode(one.intercepted),
        b"9:is_replay;",
        _encode(one.is_replay),
        b"6:marked;",
        _encode(one.marked),
        b"8:metadata;",
        _encode(metadata),
        b"7:comment;",
        _encode(one.comment),
        b"17:timestamp_created;",
        _encode(one.timestamp_created),
        b"6:backup;0:~7:request;",
        _message(one.request),
        b"8:response;",
        _message(one.response),
        b"9:websocket;",
        _encode(one.websocket.get_state() if one.websocket else None),
    )
    return b"".join((b"%d:" % sum(len(part) for part in parts), *parts, b"}"))


def _message(message: http.Message | None) -> bytes:
    if message is None:
        return b"0:~"
    parts: list[bytes] = []
    for key, value in vars(message.data).items():
        if key == "headers":
            encoded = _fields(value)
        elif key == "trailers" and value is not None:
            encoded = _encode(value.get_state())
        else:
            encoded = _encode(value)
        parts += (b"%d:%b;" % (len(key), key.encode()), encoded)
    size = sum(len(part) for part in parts)
    return b"".join((b"%d:" % size, *parts, b"}"))


def _fields(headers: http.Headers) -> bytes:
    fields = []
    for name, value in headers.fields:
        pair = b"%d:%b,%d:%b," % (len(name), name, len(value), value)
        fields.append(b"%d:%b]" % (len(pair), pair))
    body = b"".join(fields)
    return b"%d:%b]" % (len(body), body)


def _connection(one: connection.Connection) -> bytes:
    """Encode a connection, or take what was encoded for it before when nothing of it has changed since."""
    stamp = (
        one.state,
        one.timestamp_end,
        one.timestamp_tls_setup,
        one.error,
        one.sni,
        one.alpn,
        one.cipher,
        one.peername,
        one.sockname,
        one.transport_protocol,
        len(one.certificate_list),
        *_own_fields(one),
    )
    known = _connections.get(one)
    if known is not None and known[0] == stamp:
        return known[1]
    encoded = tnetstring.dumps(one.get_state())
    _connections[one] = (stamp, encoded)
    return encoded


def _own_fields(one: connection.Connection) -> tuple[object, ...]:
    if isinstance(one, connection.Server):
        return one.timestamp_tcp_setup, one.address, one.via
    return (getattr(one, "mitmcert", None) is None,)


def _encode(value: Any) -> bytes:
    kind = type(value)
    if kind is bytes:
        return b"%d:%b," % (len(value), value)
    if kind is str:
        raw = value.encode("utf-8")
        return b"%d:%b;" % (len(raw), raw)
    if kind is float:
        raw = repr(value).encode()
        return b"%d:%b^" % (len(raw), raw)
    return _CONSTANTS[value] if kind in _CONSTANT_TYPES else tnetstring.dumps(value)


_CONSTANTS: dict[Any, bytes] = {None: b"0:~", True: b"4:true!", False: b"5:false!"}
_CONSTANT_TYPES = {type(None), bool}
