"""What stands before every request: origin, size, key, rate; and behind it: headers and the audit.

Plain ASGI: it sees the body as it comes and the answer as it goes, and nothing passes it by.
"""

import time
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy.exc import SQLAlchemyError
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from chainmatch.server import metrics
from chainmatch.server.audit import Audit
from chainmatch.server.keys import Caller, KeyRing
from chainmatch.server.limits import Buckets
from chainmatch.server.problems import Problem, fault
from chainmatch.server.settings import Settings, is_loopback

ANYBODY = Caller("", 0, False)
AT_HOME = Caller("local", 0, True)  # this machine, while no key was ever made
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; "
    "connect-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}
_LOCKED = ("/v1/", "/metrics")
_UPLOADS = "/v1/runs"


class Guard:
    """Wraps the application."""

    def __init__(
        self, app: ASGIApp, settings: Settings, ring: KeyRing, buckets: Buckets, audit: Audit
    ) -> None:
        self._app = app
        self._settings = settings
        self._ring = ring
        self._buckets = buckets
        self._audit = audit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        start = time.perf_counter()
        answer = _Answer(send)
        scope["caller"] = ANYBODY
        body = _Body(receive, self._most(scope))
        try:
            scope["caller"] = await self._caller(scope)
            body.check(Headers(scope=scope))
            await self._app(scope, body, answer)
        except Problem as problem:
            await answer.say(problem, scope, receive)
        except Exception:  # the last wall: the outside never sees a traceback
            await answer.say(fault(), scope, receive)
        finally:
            self._note(scope, answer.status, time.perf_counter() - start)

    def _most(self, scope: Scope) -> int:
        upload = scope["path"] == _UPLOADS and scope["method"] == "POST"
        return self._settings.upload if upload else self._settings.body

    async def _caller(self, scope: Scope) -> Caller:
        """Return who asks. Raises Problem for who may not."""
        if not scope["path"].startswith(_LOCKED):
            return ANYBODY
        headers = Headers(scope=scope)
        try:
            if self._ring.stale:
                await run_in_threadpool(self._ring.refresh)
        except SQLAlchemyError:
            raise Problem(503, "数据库暂时不可用，请稍后再试。", {"Retry-After": "5"}) from None
        if self._ring.none_made:
            _check_home(headers, scope["method"], self._settings)
            caller: Caller | None = AT_HOME
        else:
            kind, _, key = headers.get("authorization", "").partition(" ")
            caller = self._ring.caller(key.strip()) if kind.lower() == "bearer" else None
        wait = self._buckets.take(caller.number if caller else 0)
        if wait:
            raise Problem(429, f"请求太频繁，请 {wait} 秒后再试。", {"Retry-After": str(wait)})
        if caller is None:
            raise Problem(
                401,
                "需要有效的密钥：请在请求头写 Authorization: Bearer 密钥。",
                {"WWW-Authenticate": "Bearer"},
            )
        return caller

    def _note(self, scope: Scope, status: int, seconds: float) -> None:
        route = getattr(scope.get("route"), "path", "")
        method = scope["method"] if route else "-"
        metrics.count(method, route or "-", status, seconds)
        if scope["path"].startswith(_LOCKED):
            run = scope.get("path_params", {}).get("run", "") if status != 422 else ""
            what = f"{method} {route or '-'}"
            self._audit.write(scope["caller"].name, what, str(run), status, seconds * 1000)


def _check_home(headers: Headers, method: str, settings: Settings) -> None:
    """Without keys, only this machine's own pages may ask: no page of a stranger in its browser."""
    if not settings.at_home or not is_loopback(_place(f"//{headers.get('host', '')}")[0]):
        raise Problem(403, "没有密钥时只接受本机的请求；请先用 --new-key 建立密钥。")
    if method in ("GET", "HEAD", "OPTIONS"):
        return
    origin = headers.get("origin")
    foreign = headers.get("sec-fetch-site", "none") not in ("same-origin", "none")
    if foreign or (origin and _place(origin)[1] != headers.get("host")):
        raise Problem(403, "不接受其他网页发来的更改请求。")


def _place(address: str) -> tuple[str, str]:
    """Return host, and host with port, of an address; nothing where it is malformed."""
    try:
        parts = urlsplit(address)
        return parts.hostname or "", parts.netloc
    except ValueError:
        return "", ""


class _Body:
    """Hands the body on until it is larger than it may be."""

    def __init__(self, receive: Receive, most: int) -> None:
        self._receive = receive
        self._most = most
        self._seen = 0

    def check(self, headers: Headers) -> None:
        """Refuse at once what says that it is too large."""
        length = headers.get("content-length", "0")
        if length.isdigit() and int(length) > self._most:
            raise self._problem()

    async def __call__(self) -> Message:
        """Return the next piece."""
        message = await self._receive()
        self._seen += len(message.get("body", b""))
        if self._seen > self._most:
            raise self._problem()
        return message

    def _problem(self) -> Problem:
        return Problem(
            413, f"请求太大，最多 {self._most / (1 << 20):g} MB。", {"Connection": "close"}
        )


class _Answer:
    """Hands the answer on, with the headers of the house; remembers its status."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self.status = 0

    async def __call__(self, message: Message) -> None:
        """Send the next piece."""
        if message["type"] == "http.response.start":
            self.status = message["status"]
            headers = MutableHeaders(scope=message)
            for name, value in HEADERS.items():
                headers.setdefault(name, value)
        await self._send(message)

    async def say(self, problem: Problem, scope: Any, receive: Receive) -> None:
        """Answer with a problem, if nothing was answered yet."""
        if not self.status:
            await problem.response()(scope, receive, self)
