"""What the tests of the stand-in share: requests, and what a stock git client makes of the answers."""

import http.client

from bridge.client import Client
from bridge.fixtures import MAIN

__all__ = ["MAIN", "ask", "listed", "refused"]


def listed(bridge, project, url=None, **named):
    """git ls-remote with the given user and token."""
    url = url or project.url
    return Client(bridge.folder, url, **{"token": bridge.token} | named).git("ls-remote", url)


def ask(bridge, method, path, **headers):
    """A request of our own making: status, content type and text."""
    connection = http.client.HTTPConnection(
        "127.0.0.1", int(bridge.url.rpartition(":")[2]), timeout=10
    )
    try:
        connection.request(method, path, headers=headers)
        answer = connection.getresponse()
        return answer.status, answer, answer.read().decode()
    finally:
        connection.close()


def refused(done, reason, *remote, ref="refs/heads/main"):
    """A push of which git shows this reason and these lines of the server."""
    assert done.code == 1
    assert done.fates[ref] == ("!", f"[remote rejected] ({reason})")
    assert done.remote == list(remote)
