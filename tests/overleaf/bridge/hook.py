"""The proc-receive hook of a project: asks the bridge what becomes of each command of a push.

git starts it once the pushed objects are in the repository. It is a program of its own, with few imports as it runs
once a push. BRIDGE_HOOK in its environment says where to ask: port/number of the push.
"""

import os
import socket
import sys


def read_packets() -> list[bytes]:
    """The pkt-lines up to the next flush."""
    found = []
    while True:
        size = int(sys.stdin.buffer.read(4) or b"0", 16)
        if size < 4:
            return found
        found.append(sys.stdin.buffer.read(size - 4))


def send(*lines: bytes) -> None:
    """Write pkt-lines and a flush."""
    raw = b"".join(b"%04x" % (len(line) + 4) + line for line in lines)
    sys.stdout.buffer.write(raw + b"0000")
    sys.stdout.buffer.flush()


def ask(body: bytes) -> list[bytes]:
    """The bridge's answer, in lines: E (a line for the user) or R (the fate of one reference)."""
    port, _, number = os.environ["BRIDGE_HOOK"].partition("/")
    head = f"POST /.hook/{number} HTTP/1.0\r\nContent-Length: {len(body)}\r\n\r\n".encode()
    with socket.create_connection(("127.0.0.1", int(port))) as connection:
        connection.sendall(head + body)
        with connection.makefile("rb") as stream:
            answer = stream.read()
    return answer.partition(b"\r\n\r\n")[2].splitlines()


def main() -> None:
    """Speak version 1 of the protocol."""
    read_packets()
    send(b"version=1\n")
    lines = ask(b"".join(line.rstrip(b"\n") + b"\n" for line in read_packets()))
    sys.stderr.buffer.write(b"".join(line[2:] + b"\n" for line in lines if line[:1] == b"E"))
    sys.stderr.flush()
    send(*(line[2:] for line in lines if line[:1] == b"R"))


if __name__ == "__main__":
    main()
