"""A port for a server that must be told its port before it starts."""

import socket

LOOPBACK = "127.0.0.1"


def reserved_port() -> int:
    """Return a port of loopback that nobody else is given before a server listens there.

    A connection was closed on it from this side, so the kernel keeps it for a minute: it is dealt
    out to nobody, but who names it and sets SO_REUSEADDR, as servers do, may listen.
    """
    with socket.socket() as listening, socket.socket() as calling:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((LOOPBACK, 0))
        listening.listen(1)
        port: int = listening.getsockname()[1]
        calling.connect((LOOPBACK, port))
        answered, _ = listening.accept()
        answered.close()  # first: whoever closes first is the one who has to wait
    return port
