"""Packet captures made from the bytes of made-up connections."""

import socket
import struct


def pcap(*connections):
    """Return a pcap (raw IPv4) of connections ``(server port, [(0 client | 1 server, bytes), …])``."""
    out = [struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 262144, 101)]
    now = 1_700_000_000.0
    for number, (port, chunks) in enumerate(connections):
        ends = (("10.0.0.2", 41000 + number), (f"203.0.113.{number + 1}", port))
        sequence = [1000, 5000]
        opening = [(0, 2, b""), (1, 18, b""), (0, 16, b"")]
        data = [(side, 24, part[at : at + 1400]) for side, part in chunks for at in range(0, len(part), 1400)]
        for side, flags, payload in opening + data:
            (source, sport), (target, tport) = ends[side], ends[1 - side]
            acknowledged = sequence[1 - side] if flags != 2 else 0
            tcp = struct.pack(">HHIIBBHHH", sport, tport, sequence[side], acknowledged, 5 << 4, flags, 65535, 0, 0)
            size = 20 + len(tcp) + len(payload)
            addresses = socket.inet_aton(source), socket.inet_aton(target)
            packet = struct.pack(">BBHHHBBH4s4s", 0x45, 0, size, 0, 0, 64, 6, 0, *addresses) + tcp + payload
            now += 0.01
            out.append(struct.pack("<IIII", int(now), int(now % 1 * 1e6), len(packet), len(packet)) + packet)
            sequence[side] += len(payload) + (1 if flags & 2 else 0)
    return b"".join(out)
