"""The HTTP side: authentication, errors instead of answers, and git's own smart HTTP behind."""

import contextlib
import os
import re
import socket
import subprocess
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from . import texts
from .faults import Fault
from .git import environment, packet
from .pushes import Push, judge
from .requests import Seen, credentials, leak, secrets_of, step_of

_SHARE = re.compile(r"[0-9]+[bcdfghjklmnpqrstvwxyz]{6,12}")
_ID = re.compile(r"[0-9a-f]{24}")
_PLAIN = "text/plain;charset=iso-8859-1"


class Answer(Exception):
    """An answer that is given at once: status, lines or bytes, headers."""

    def __init__(self, status: int, lines, kind: str = _PLAIN, **headers: str):
        super().__init__(status)
        self.status, self.kind, self.headers = status, kind, headers
        self.raw = (
            lines if isinstance(lines, bytes) else "".join(f"{line}\n" for line in lines).encode()
        )


class Cut(Exception):
    """The connection ends here, on purpose."""


class Gone(Exception):
    """The client went away before it had sent all."""


class Server(ThreadingHTTPServer):
    """Answers for a Bridge; one connection a request, so that no thread waits for a client that is gone."""

    daemon_threads = False
    request_queue_size = 64

    def __init__(self, bridge):
        self.bridge = bridge
        self.pushes: dict[str, Push] = {}
        self.connections: set[socket.socket] = set()
        super().__init__(("127.0.0.1", 0), Handler)

    def process_request(self, request, client_address):
        """Note the connection, for `server_close`."""
        self.connections.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request):
        """Forget it."""
        super().shutdown_request(request)
        self.connections.discard(request)

    def server_close(self):
        """Let requests end for two seconds, then end those of clients that neither send nor go."""
        last = time.monotonic() + 2
        while self.connections and time.monotonic() < last:
            time.sleep(0.005)
        for connection in list(self.connections):
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        super().server_close()

    def server_bind(self):
        """Bind without asking a name server for the machine's own name."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.socket.bind(self.server_address)
        self.server_address = self.socket.getsockname()
        self.server_name, self.server_port = "127.0.0.1", self.server_address[1]

    def handle_error(self, request, client_address):
        """A client that went away is no error; anything else is the stand-in's own, and `Bridge.close` raises it."""
        error = sys.exception()
        if error and not isinstance(error, (OSError, Gone)):
            self.bridge.errors.append(error)


class Handler(BaseHTTPRequestHandler):
    """One request."""

    protocol_version = "HTTP/1.1"
    timeout = 30
    server: Server

    def log_message(self, *arguments):
        """Nothing on the terminal: the log is Bridge.log."""

    def do_GET(self):
        """Advertisements."""
        self._answer()

    def do_POST(self):
        """Services; and the hook, which asks what becomes of a push."""
        if self.path.startswith("/.hook/"):
            self._hook()
        else:
            self._answer()

    def _answer(self):
        self.close_connection = True
        self.bridge = self.server.bridge
        self.seen = Seen(self.command, self.path)
        self.bridge.log.append(self.seen)
        self.seen.leak = leak(secrets_of(self.bridge.tokens), self.path, self.headers)
        try:
            self._send(self._route())
        except Answer as answer:
            self._send(answer)
        except Cut:
            self.seen.cut = True

    def _send(self, answer: Answer):
        step = self.seen.step
        self.seen.status = answer.status
        head = f"HTTP/1.1 {answer.status} {self.responses.get(answer.status, ('',))[0]}\r\n"
        fields = {
            "Content-Type": answer.kind,
            "Content-Length": str(len(answer.raw)),
            "Connection": "close",
            "Cache-Control": "no-cache",
            **{name.replace("_", "-"): value for name, value in answer.headers.items()},
        }
        raw = (
            head + "".join(f"{k}: {v}\r\n" for k, v in fields.items()) + "\r\n"
        ).encode() + answer.raw
        fault = self.authenticated and self.bridge.faults.take("cut response", step)
        if fault and fault.after < len(raw):
            raw = raw[: fault.after]
            fault.cut += 1
            self.seen.cut = True
        self.seen.sent = len(raw)
        self._drain()
        with contextlib.suppress(ConnectionError):
            self.wfile.write(raw)

    authenticated = False
    content: bytes | None = None

    def _drain(self):
        """Read what the client still sends: else the kernel would tell it of a lost connection instead of the answer."""
        if self.content is None:
            with contextlib.suppress(Gone):
                self._body()

    def _body(self, most: int | None = None) -> bytes:
        """The body, or its first bytes. Raises Gone where the client went away before its end."""
        self.content = raw = b"".join(self._pieces(most))
        self.seen.body = len(raw)
        return raw

    def _pieces(self, most: int | None):
        left = sys.maxsize if most is None else most
        if self.headers.get("Transfer-Encoding", "").lower() != "chunked":
            size = int(self.headers.get("Content-Length") or 0)
            yield self._exactly(min(size, left))
            return
        while left:
            line = self.rfile.readline()
            if not line:
                raise Gone
            size = int(line.partition(b";")[0], 16)
            if not size:
                self.rfile.readline()
                return
            yield self._exactly(min(size, left))
            left -= min(size, left)
            if left:
                self.rfile.readline()

    def _exactly(self, size: int) -> bytes:
        raw = self.rfile.read(size)
        if len(raw) < size:
            raise Gone
        return raw

    def _route(self) -> Answer:
        url = urlsplit(self.path)
        path = url.path
        if path.startswith("/project") and self.bridge.rules:
            raise Answer(404, texts.PROJECT_PREFIX)
        name, _, rest = path[1:].partition("/")
        if not self.bridge.rules and ".git/" in path:
            name, _, rest = path[1:].partition(".git/")
        name = re.sub(r"(\.git|/)+$", "", name)
        self.seen.step = step_of(self.command, rest, url.query)
        if self.seen.step == "push" and self.headers.get("Content-Length") == "4":
            self.seen.step = "probe"
        if self.seen.step == "lfs" and self.bridge.rules:
            raise Answer(422, texts.LFS.encode(), "application/vnd.git-lfs+json")
        self._authenticate(name)
        self.authenticated = True
        self._break()
        return self._serve(name, rest, url.query)

    def _authenticate(self, name: str):
        """The bridge's checks in its order. Raises Answer."""
        user, token = credentials(self.headers.get("Authorization", ""))
        self.seen.user = user
        need = {"WWW_Authenticate": 'Basic realm="Git Bridge"'}
        if not user and not token:
            raise Answer(401, texts.NEED_TOKEN, **need)
        state = self.bridge.tokens.get(token, "unknown")
        if not self.bridge.rules:
            if state != "good":
                raise Answer(401, ("Invalid username or token.",), **need)
            return
        if _SHARE.fullmatch(name):
            raise Answer(404, texts.SHARE_LINK)
        if not _ID.fullmatch(name):
            raise Answer(404, texts.NO_PROJECT)
        if user != "git":
            if self.bridge.names_passwords:
                raise Answer(403, texts.TOKENS_ONLY)
            raise Answer(401, texts.NEED_TOKEN, **need)
        if self.bridge.faults.take("token limit", self.seen.step):
            state = "limited"
        if state != "good":
            raise {
                "limited": Answer(429, texts.TOKEN_LIMIT),
                "expired": Answer(401, texts.EXPIRED),
                "broken": Answer(500, texts.TOKEN_ERROR),
                "unknown": Answer(401, texts.NEED_TOKEN),
            }[state]

    def _break(self):
        """Faults of the server and of the wire."""
        step, faults = self.seen.step, self.bridge.faults
        fault = faults.take("delay", step)
        if fault:
            self.bridge.closing.wait(fault.seconds)
        fault = faults.take("status", step)
        if fault:
            raise Answer(fault.status, (self.responses.get(fault.status, ("Error",))[0],))
        fault = faults.take("cut request", step)
        if fault:
            self._cut_request(fault)

    def _cut_request(self, fault: Fault):
        if len(self._body(fault.after)) == fault.after:
            fault.cut += 1
            raise Cut

    def _serve(self, name: str, rest: str, query: str) -> Answer:
        project = self.bridge.projects.get(name)
        if self.bridge.rules:
            self._advertisable(project, query)
        if project is None:
            raise Answer(404, ("Repository not found.",))
        step, faults = self.seen.step, self.bridge.faults
        if step in {"", "lfs"}:
            raise Answer(404, ("Not found.",))
        before = faults.take("before", step)
        if before and before.call:
            before.call()
        body = b"" if self.command == "GET" else self.content or self._body()
        with self._registered(project) as number:
            return self._backend(project, rest, query, body, number)

    def _advertisable(self, project, query: str):
        """Errors in place of the advertisement, or of the answer to a fetch. Raises Answer."""
        step, faults = self.seen.step, self.bridge.faults
        if step != "push" and faults.take("busy", step):
            self._error((texts.BUSY,), query, status=403)
        if faults.take("project limit", step):
            self._error(texts.PROJECT_LIMIT, query)
        if project is None:
            self._error(texts.NO_ACCESS, query)
        if project.access == "none":
            raise Answer(401, ("Not authorized",))
        if project.dot_git:
            self._error(texts.DOT_GIT, query)
        big = project.too_big()
        if big:
            self._error(("file too big", *texts.too_big(big)), query)

    def _error(self, lines, query: str, status: int = 200):
        service = parse_qs(query).get("service", ["git-upload-pack"])[0]
        advertised = self.seen.step.startswith("list")
        raw = packet(f"# service={service}\n") + b"0000" if advertised else b""
        kind = f"application/x-{service}-{'advertisement' if advertised else 'result'}"
        raise Answer(status, raw + packet("ERR " + "\n".join(lines)), kind)

    @contextlib.contextmanager
    def _registered(self, project):
        """The number under which the hook of this push asks."""
        number = f"{id(self)}"
        if self.seen.step == "push" and self.bridge.rules:
            self.server.pushes[number] = Push(
                project, project.head(), self.bridge.faults, self.bridge.errors
            )
        try:
            yield number
        finally:
            self.server.pushes.pop(number, None)

    def _backend(self, project, rest: str, query: str, body: bytes, number: str) -> Answer:
        """What git http-backend answers, as a CGI program."""
        facts = {
            "GIT_PROJECT_ROOT": os.fspath(project.path),
            "GIT_HTTP_EXPORT_ALL": "1",
            "REQUEST_METHOD": self.command,
            "PATH_INFO": "/" + rest,
            "QUERY_STRING": query,
            "CONTENT_TYPE": self.headers.get("Content-Type", ""),
            "CONTENT_LENGTH": str(len(body)),
            "HTTP_CONTENT_ENCODING": self.headers.get("Content-Encoding", ""),
            "GIT_PROTOCOL": self.headers.get("Git-Protocol", ""),
            "REMOTE_USER": self.seen.user,
            "BRIDGE_HOOK": f"{self.server.server_port}/{number}",
        }
        done = subprocess.run(
            ["git", "http-backend"],
            input=body,
            capture_output=True,
            env=environment(**facts),
            check=False,
        )
        head, _, raw = done.stdout.partition(b"\r\n\r\n")
        if done.returncode and not head:
            raise Answer(500, (done.stderr.decode("utf-8", "replace"),))
        fields = dict(line.split(": ", 1) for line in head.decode().split("\r\n"))
        status = int(fields.get("Status", "200").split()[0])
        return Answer(status, raw, fields.get("Content-Type", _PLAIN))

    def _hook(self):
        """Tell the hook what becomes of each command: lines E for the user, lines R for git."""
        self.close_connection = True
        raw = self.rfile.read(int(self.headers["Content-Length"])).decode()
        commands = [tuple(line.split("\0")[0].split(" ", 2)) for line in raw.splitlines()]
        push = self.server.pushes.get(Path(self.path).name)
        said, fates = judge(push, commands) if push else ([], [])
        lines = [f"E {line}\n" for line in said] + [f"R {line}\n" for line in fates]
        self.wfile.write(b"HTTP/1.0 200 OK\r\n\r\n" + "".join(lines).encode())
