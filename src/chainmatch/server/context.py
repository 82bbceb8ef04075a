"""What a request may reach: the service's parts, who asks, and the run that a path names."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import sqlalchemy as sql
from fastapi import Depends, Request
from fastapi import Path as InPath
from fastapi.security import HTTPBearer
from fastapi.templating import Jinja2Templates

from chainmatch.report.runs import RunFolder
from chainmatch.server.catalog import Catalog
from chainmatch.server.keys import Caller
from chainmatch.server.outcomes import OutcomeLog
from chainmatch.server.problems import Problem
from chainmatch.server.runlog import RunLog, RunRow
from chainmatch.server.settings import Settings

RUN_ID = r"^[0-9a-f]{16}$"
# Says in the OpenAPI page how to show the key; the guard does the asking.
BEARER = HTTPBearer(auto_error=False, description="chainmatch serve --new-key 名称")


@dataclass(frozen=True)
class Service:
    """The parts that the processes share or open for themselves."""

    settings: Settings
    catalog: Catalog
    engine: sql.Engine
    runs: RunLog
    outcomes: OutcomeLog
    templates: Jinja2Templates


# Coroutines, because FastAPI sends plain functions through a pool of threads, which takes longer
# than the whole look-up of a name.
async def _service(request: Request) -> Service:
    found: Service = request.app.state.service
    return found


async def _caller(request: Request) -> Caller:
    caller: Caller = request.scope["caller"]
    return caller


async def _writer(caller: Annotated[Caller, Depends(_caller)]) -> Caller:
    if not caller.writes:
        raise Problem(403, "这个密钥只能查询；提交运算和登记结果需要 write 密钥。")
    return caller


Held = Annotated[Service, Depends(_service)]
Writer = Annotated[Caller, Depends(_writer)]
RunId = Annotated[str, InPath(pattern=RUN_ID, description="运算编号")]


def run_of(service: Service, run: str) -> RunRow:
    """Return a run. Raises Problem 404."""
    row = service.runs.get(run)
    if row is None:
        raise Problem(404, "没有这次运算；请核对编号。")
    return row


def folder_of(service: Service, run: str) -> Path:
    """Return the folder of a finished run. Raises Problem 404 or 409."""
    row = run_of(service, run)
    if row.state != "done":
        raise Problem(409, "这次运算没有结果：还没有完成、失败了或已取消；请看它的 state。")
    folder = service.settings.runs / row.id
    if not (folder / "run.json").is_file():
        raise Problem(404, "这次运算的结果文件夹已不在服务器上；请管理员检查或重新运算。")
    return folder


def finished(service: Service, run: str) -> RunFolder:
    """Return a finished run, opened. Raises Problem 404 or 409."""
    return RunFolder.open(folder_of(service, run))
