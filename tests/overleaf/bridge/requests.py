"""What a request says: which of git's it is, who asks, and whether it gives a token away."""

import base64
import contextlib
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs

_SERVICES = {"git-upload-pack": ("list", "fetch"), "git-receive-pack": ("list-push", "push")}


@dataclass
class Seen:
    """One request, as tests look at it.

    step: "list", "fetch", "list-push", "push", "probe" (git asks with an empty push first when it has much to send),
    "lfs", or "" for none of git's. user: of the credentials, "" without any.
    leak: where a token was found that is no place for it ("url", "header NAME", "process list"), else "".
    body, sent: bytes that came and went (sent counts the HTTP head too). cut: the connection was cut on purpose.
    """

    method: str
    path: str
    step: str = ""
    user: str = ""
    leak: str = ""
    status: int = 0
    body: int = 0
    sent: int = 0
    cut: bool = False


def step_of(method: str, rest: str, query: str) -> str:
    """Which of git's requests it is; "" for none."""
    if method == "POST" and rest.rstrip("/").endswith("info/lfs/objects/batch"):
        return "lfs"
    if method == "GET" and rest == "info/refs":
        return _SERVICES.get(parse_qs(query).get("service", [""])[0], ("", ""))[0]
    return _SERVICES.get(rest, ("", ""))[1] if method == "POST" else ""


def credentials(header: str) -> tuple[str, str]:
    """User and token of an Authorization header; ("", "") without a Basic one."""
    scheme, _, code = header.partition(" ")
    if scheme.lower() != "basic":
        return "", ""
    with contextlib.suppress(ValueError):
        user, _, token = base64.b64decode(code).decode("utf-8", "replace").partition(":")
        return user, token
    return "", ""


def secrets_of(tokens) -> list[bytes]:
    """What must be seen nowhere: each token, and the user git's Basic credentials with it."""
    plain = [token.encode() for token in list(tokens)]
    return plain + [base64.b64encode(b"git:" + token).rstrip(b"=") for token in plain]


def leak(secrets: list[bytes], path: str, headers) -> str:
    """Where a secret stands that must not: in the URL, another header, or the command line of any process."""

    def told(text: bytes) -> bool:
        return any(secret in text for secret in secrets)

    if told(path.encode()):
        return "url"
    for name, value in headers.items():
        if name.lower() != "authorization" and told(value.encode()):
            return f"header {name}"
    return "process list" if any(told(line) for line in _processes()) else ""


def _processes():
    """The command lines of this machine's processes, where the system shows them."""
    for line in Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):
            yield line.read_bytes()
