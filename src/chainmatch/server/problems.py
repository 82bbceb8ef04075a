"""Every answer that is no success, in one form: ``application/problem+json`` (RFC 9457)."""

import logging
import secrets
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field
from sqlalchemy.exc import SQLAlchemyError
from starlette.exceptions import HTTPException
from starlette.routing import compile_path

from chainmatch.errors import ChainmatchError, RunError
from chainmatch.util.faults import fault_of

MEDIA = "application/problem+json"
_LOG = logging.getLogger("chainmatch.server")


class ProblemBody(BaseModel):
    """What went wrong: ``detail`` says in Chinese what was found and what to do."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str
    instance: str = Field(default="", description="number of the entry in the service's log")


class Problem(HTTPException):
    """An answer other than success.

    An ``HTTPException``, because the reading of a body lets nothing else through.
    """

    def __init__(
        self, status: int, detail: str, headers: Mapping[str, str] | None = None, instance: str = ""
    ) -> None:
        super().__init__(status, detail, dict(headers or {}))
        self.instance = instance

    def response(self) -> JSONResponse:
        """Return it as an answer."""
        body = ProblemBody(
            title=HTTPStatus(self.status_code).phrase,
            status=self.status_code,
            detail=self.detail,
            instance=self.instance,
        )
        return JSONResponse(
            body.model_dump(), self.status_code, headers=self.headers, media_type=MEDIA
        )


_TOLD = {
    400: "请求的写法不对",
    401: "需要密钥：请在请求头写 Authorization: Bearer 密钥",
    403: "这个密钥只能查询，不能更改",
    404: "没有找到",
    405: "这个地址不支持这种请求方法",
    409: "现在的状态下不能这样做",
    413: "请求太大",
    422: "参数不对，detail 说明是哪一个",
    429: "请求太频繁，或排队的运算太多；Retry-After 是要等的秒数",
    503: "服务暂时不可用",
}


def content(media: str) -> dict[int | str, dict[str, Any]]:
    """Return the entry of the OpenAPI page for an answer that is a file."""
    return {200: {"content": {media: {}}}}


def documented(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Return the entries of the OpenAPI page for problems with these statuses."""
    content = {MEDIA: {"schema": {"$ref": "#/components/schemas/ProblemBody"}}}
    found: dict[int | str, dict[str, Any]] = {}
    for status in statuses:
        found[status] = {"description": _TOLD[status], "content": content}
        if status == 429:
            seconds = {"description": "要等的秒数", "schema": {"type": "integer"}}
            found[status]["headers"] = {"Retry-After": seconds}
    return found


def install(app: FastAPI, home: str) -> None:
    """Let the application answer every error in the one form; ``home`` is never told."""

    @app.exception_handler(Problem)
    async def _problem(request: Request, error: Problem) -> JSONResponse:
        return error.response()

    @app.exception_handler(RequestValidationError)
    async def _invalid(request: Request, error: RequestValidationError) -> JSONResponse:
        return Problem(
            422, "；".join(fault_of(one, _PLACES) for one in error.errors()[:10])
        ).response()

    @app.exception_handler(ChainmatchError)
    async def _refused(request: Request, error: ChainmatchError) -> JSONResponse:
        status = 404 if isinstance(error, RunError) else 422
        return Problem(status, str(error).replace(home, "")).response()

    @app.exception_handler(HTTPException)
    async def _http(request: Request, error: HTTPException) -> JSONResponse:
        headers = dict(error.headers or {})
        if error.status_code == 405:
            headers["Allow"] = _allowed(request) or headers.get("Allow", "GET")
        detail = _TOLD.get(error.status_code, "请求不能完成") + "。"
        return Problem(error.status_code, detail, headers).response()

    @app.exception_handler(SQLAlchemyError)
    async def _database(request: Request, error: SQLAlchemyError) -> JSONResponse:
        _LOG.error("the database failed: %s", type(error).__name__)
        return Problem(503, "数据库暂时不可用，请稍后再试。", {"Retry-After": "5"}).response()


def fault() -> Problem:
    """Log the exception that is being handled and return what the outside is told."""
    number = secrets.token_hex(4)
    _LOG.exception("fault %s", number)
    return Problem(500, f"服务内部错误；请把编号 {number} 告诉管理员。", instance=number)


def _allowed(request: Request) -> str:
    """Return the methods of all routes that match the path; each route knows only its own."""
    paths = request.app.openapi()["paths"]
    found: set[str] = set()
    for path, methods in paths.items():
        if compile_path(path)[0].match(request.scope["path"]):
            found |= {method.upper() for method in methods}
    return ", ".join(sorted(found))


_PLACES = {"query": "参数", "path": "地址", "body": "内容", "header": "请求头", "cookie": "Cookie"}
