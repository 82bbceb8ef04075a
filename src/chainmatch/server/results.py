"""What a finished run holds: its files, why a firm is in or out, what moved, what became of it."""

import tempfile
import zipfile
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Annotated, BinaryIO

from fastapi import APIRouter, Query, Response
from fastapi import Path as InPath
from fastapi.responses import FileResponse, StreamingResponse

from chainmatch.report.facts import in_short, records
from chainmatch.report.files import write_csv
from chainmatch.report.runs import diff, explain
from chainmatch.schema.records import written
from chainmatch.server import models
from chainmatch.server.context import (
    RUN_ID,
    Held,
    RunId,
    Service,
    Writer,
    finished,
    folder_of,
    run_of,
)
from chainmatch.server.outcomes import returned, unknown_firms
from chainmatch.server.problems import Problem, content, documented

ROUTES = APIRouter(
    prefix="/v1/runs/{run}", tags=["结果"], responses=documented(401, 403, 404, 409, 422, 429)
)
_OLDEST = (1980, 1, 1, 0, 0, 0)  # a zip has to carry some time; this one is none


@ROUTES.get("/files", summary="结果文件")
def files(service: Held, run: RunId) -> models.RunFiles:
    """Return names and sizes of the files of a run."""
    there = _files(service, run).values()
    return models.RunFiles(
        files=[models.RunFile(name=path.name, size=path.stat().st_size) for path in there]
    )


@ROUTES.get(
    "/files/{name}",
    summary="下载一个文件",
    response_class=Response,
    responses=content("application/octet-stream"),
)
def one_file(
    service: Held, run: RunId, name: Annotated[str, InPath(min_length=1, max_length=120)]
) -> FileResponse:
    """Return one file of a run, to be saved and not to be shown."""
    path = _files(service, run).get(name)
    if path is None:
        raise Problem(404, "这次运算没有这个文件；/files 列出全部。")
    return FileResponse(path, media_type="application/octet-stream", filename=path.name)


@ROUTES.get(
    "/files.zip",
    summary="下载全部文件",
    response_class=Response,
    responses=content("application/zip"),
)
def all_files(service: Held, run: RunId) -> StreamingResponse:
    """Return all files of a run as one archive."""
    there = _files(service, run)
    packed = tempfile.TemporaryFile()  # noqa: SIM115 - closed when it is sent
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in there.values():
            entry = zipfile.ZipInfo(path.name, _OLDEST)
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, path.read_bytes())
    headers = {
        "Content-Disposition": f'attachment; filename="chainmatch-{run}.zip"',
        "Content-Length": str(packed.tell()),
    }
    return StreamingResponse(_pieces(packed), media_type="application/zip", headers=headers)


@ROUTES.get("/shortlist", summary="精准招商清单")
def shortlist(service: Held, run: RunId) -> models.Shortlist:
    """Return the shortlist of a run."""
    found = finished(service, run)
    table, gaps = found.table("shortlist"), found.table("gaps")
    whys = dict(zip(gaps["node"], gaps["why"], strict=True))
    told = [in_short(firm, whys.get(firm["node"], "")) for firm in records(table)]
    return models.Shortlist.model_validate({"firms": records(written(table).assign(in_short=told))})


@ROUTES.get("/explain", summary="一家企业为什么入选或未入选")
def explain_firm(
    service: Held,
    run: RunId,
    firm: Annotated[str, Query(min_length=1, max_length=models.LONGEST_QUESTION)],
) -> models.Card:
    """Return the evidence card of a firm by id or name."""
    found = explain(firm, folder_of(service, run))
    return models.Card(card=str(found), **found.as_dict())


@ROUTES.get("/diff", summary="与另一次运算相比变了什么")
def difference(
    service: Held,
    run: RunId,
    other: Annotated[str, Query(pattern=RUN_ID, description="后来的运算")],
) -> models.Difference:
    """Return what went in that differs, who moved and why."""
    found = diff(folder_of(service, run), folder_of(service, other))
    moves = [models.Move(**move) for move in records(found.moves)]
    return models.Difference(causes=list(found.causes), moves=moves)


@ROUTES.get("/outcomes", summary="走访结果")
def outcomes(service: Held, run: RunId) -> models.OutcomesTold:
    """Return the newest word on each firm of a run."""
    run_of(service, run)
    told = service.outcomes.of(run)
    return models.OutcomesTold(outcomes=[models.OutcomeTold(**one._asdict()) for one in told])


@ROUTES.post("/outcomes", summary="登记走访结果", status_code=201, responses=documented(400, 413))
def tell_outcomes(
    service: Held, caller: Writer, run: RunId, told: models.OutcomesToTell
) -> models.OutcomesTold:
    """Record what became of firms of a run, all or none."""
    strange = unknown_firms(finished(service, run), [one.firm_id for one in told.outcomes])
    if strange:
        raise Problem(
            404, f"有 {len(strange)} 个企业编号不在这次运算的评分企业中，没有登记任何结果。"
        )
    rows: list[tuple[str, str, date]] = [
        (one.firm_id, one.outcome, one.day) for one in told.outcomes
    ]
    service.outcomes.add(run, rows, caller.name)
    return outcomes(service, run)


@ROUTES.get(
    "/returned.csv", summary="带结果列的清单，供 learn 使用", response_class=Response,
    responses=content("text/csv"),
)  # fmt: skip
def returned_list(service: Held, run: RunId) -> Response:
    """Return the shortlist with the columns 结果 and 结果日期."""
    table = returned(finished(service, run), service.outcomes.of(run))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "returned.csv"
        write_csv(table, path)
        text = path.read_bytes()
    headers = {"Content-Disposition": f'attachment; filename="returned-{run}.csv"'}
    return Response(text, media_type="text/csv", headers=headers)


def _files(service: Service, run: str) -> dict[str, Path]:
    """Return name → path; a name that is asked for is looked up here, never joined to a path."""
    there = sorted(folder_of(service, run).iterdir())
    return {path.name: path for path in there if path.is_file() and not path.is_symlink()}


def _pieces(file: BinaryIO) -> Iterator[bytes]:
    with file:
        file.seek(0)
        while piece := file.read(1 << 16):
            yield piece
