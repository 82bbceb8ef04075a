"""Runs: started with files or with lists that are there, followed, cancelled."""

import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, BinaryIO

from fastapi import APIRouter, File, Form, Query, Response, UploadFile

from chainmatch.server import models
from chainmatch.server.context import Held, RunId, Service, Writer, run_of
from chainmatch.server.problems import Problem, documented
from chainmatch.server.runlog import new_id
from chainmatch.server.uploads import save

ROUTES = APIRouter(prefix="/v1", tags=["运算"], responses=documented(401, 403, 422, 429))
_BUSY = "排队的运算太多，请稍后再提交。"


@ROUTES.get("/lists", summary="服务器上的名单")
def lists(service: Held) -> models.Lists:
    """Return the names of the lists that a run may name."""
    return models.Lists(lists=sorted(_lists(service)))


@ROUTES.post("/runs", summary="提交名单，开始运算", status_code=202, responses=documented(400, 413))
def start(
    service: Held,
    caller: Writer,
    response: Response,
    targets: Annotated[UploadFile, File(description="目标企业名单")],
    local: Annotated[UploadFile, File(description="本地企业名单")],
    leads: Annotated[UploadFile | None, File(description="招商线索")] = None,
    profile: Annotated[UploadFile | None, File(description="县情配置（YAML）")] = None,
    top: Annotated[models.Top | None, Form()] = None,
) -> models.Run:
    """Queue a run over files that are sent along; they are deleted when the run ends."""
    sent = {"targets": targets, "local": local, "leads": leads, "profile": profile}
    given = {role: (one.file, one.filename or role) for role, one in sent.items() if one}
    return _queue(service, response, given, top, caller.name)


@ROUTES.post(
    "/lists/runs",
    summary="用服务器上的名单开始运算",
    status_code=202,
    responses=documented(400, 404, 413),
)
def start_from_lists(
    service: Held, caller: Writer, response: Response, wanted: models.RunFromLists
) -> models.Run:
    """Queue a run over lists of the folder ``lists``, as they are now."""
    names = wanted.model_dump(include={"targets", "local", "leads", "profile"}, exclude_none=True)
    with _opened(service, names) as files:
        given = {role: (file, names[role]) for role, file in files.items()}
        return _queue(service, response, given, wanted.top, caller.name)


@ROUTES.get("/runs", summary="最近的运算")
def latest(
    service: Held,
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
    before: Annotated[
        int | None, Query(ge=1, le=2**31 - 1, description="上一页最后的 number")
    ] = None,
) -> models.Runs:
    """Return the newest runs, newest first."""
    return models.Runs(runs=[models.Run.of(row) for row in service.runs.latest(limit, before)])


@ROUTES.get("/runs/{run}", summary="一次运算的进度", responses=documented(404))
def follow(service: Held, run: RunId) -> models.Run:
    """Return state, step and progress of a run."""
    return models.Run.of(run_of(service, run))


@ROUTES.post("/runs/{run}/cancel", summary="取消运算", status_code=202, responses=documented(404))
def cancel(service: Held, caller: Writer, run: RunId) -> models.Run:
    """End a run that waits or is under way; one that has ended stays as it is."""
    run_of(service, run)
    service.runs.cancel(run)
    row = run_of(service, run)
    if row.state == "cancelled":
        shutil.rmtree(service.settings.work / run, ignore_errors=True)  # what was sent goes too
    return models.Run.of(row)


def _lists(service: Service) -> dict[str, Path]:
    """Return name → path; a name that is asked for is looked up here, never joined to a path."""
    folder = service.settings.lists
    return {path.name: path for path in folder.iterdir() if path.is_file()}


@contextmanager
def _opened(service: Service, names: Mapping[str, str]) -> Iterator[dict[str, BinaryIO]]:
    there = _lists(service)
    missing = sorted(role for role, name in names.items() if name not in there)
    if missing:
        raise Problem(
            404, f"名单文件夹里没有 {'、'.join(missing)} 所写的文件；/v1/lists 列出全部。"
        )
    files: dict[str, BinaryIO] = {}
    try:
        for role, name in names.items():
            files[role] = there[name].open("rb")
        yield files
    finally:
        for file in files.values():
            file.close()


def _queue(
    service: Service,
    response: Response,
    given: Mapping[str, tuple[BinaryIO, str]],
    top: int | None,
    by: str,
) -> models.Run:
    run, most = new_id(), service.settings.queue
    if service.runs.counts()["queued"] >= most:  # before anything is written
        raise Problem(429, _BUSY, {"Retry-After": "60"})
    folder = service.settings.work / run
    folder.mkdir(mode=0o700)
    try:
        inputs = {role: save(file, folder, role, name) for role, (file, name) in given.items()}
        if not service.runs.add(run, inputs, top, by, most):
            raise Problem(429, _BUSY, {"Retry-After": "60"})
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    response.headers["Location"] = f"/v1/runs/{run}"
    return models.Run.of(run_of(service, run))
