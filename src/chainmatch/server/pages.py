"""What people open: the page for officers, the list of addresses, and how the service is."""

import sqlalchemy as sql
from fastapi import APIRouter, Request, Response
from sqlalchemy.exc import SQLAlchemyError

from chainmatch._version import __version__
from chainmatch.report.chainmap import map_style
from chainmatch.report.templates import source
from chainmatch.schema import words
from chainmatch.schema.columns import titles
from chainmatch.server import metrics
from chainmatch.server.context import Held
from chainmatch.server.models import SHOWN, Health
from chainmatch.server.problems import Problem, content, documented
from chainmatch.server.run_worker import someone_works
from chainmatch.server.templates import FOLDER

ROUTES = APIRouter()


@ROUTES.get("/", include_in_schema=False)
def home(service: Held, request: Request) -> Response:
    """Return the page for officers."""
    known = titles("firms")
    data = {
        "titles": {name: known[name] for name in SHOWN},
        "grades": words.GRADES,
        "status": words.STATUS,
        "meanings": words.STATUS_MEANING,
        "kinds": words.GAP_KINDS,
        "ways": words.WAYS,
    }
    context = {"version": __version__, "notes": service.catalog.notes, "data": data}
    return service.templates.TemplateResponse(request, "home.html", context)


@ROUTES.get("/docs", include_in_schema=False)
def addresses(service: Held, request: Request) -> Response:
    """Return the addresses of the service for developers; nothing is loaded from elsewhere."""
    paths = request.app.openapi()["paths"]
    return service.templates.TemplateResponse(request, "addresses.html", {"paths": paths})


@ROUTES.get("/static/service.css", include_in_schema=False)
def style() -> Response:
    """Return the style sheet: that of the report, and what is added to it."""
    text = source("report.css") + map_style() + (FOLDER / "service.css").read_text("utf-8")
    return Response(text, media_type="text/css")


@ROUTES.get("/static/service.js", include_in_schema=False)
def script() -> Response:
    """Return the script of the page for officers."""
    return Response((FOLDER / "service.js").read_text("utf-8"), media_type="text/javascript")


@ROUTES.get("/healthz", tags=["服务"], summary="服务是否活着")
def alive() -> Health:
    """Return that the process answers."""
    return Health(status="ok")


@ROUTES.get("/readyz", tags=["服务"], summary="服务能否工作", responses=documented(503))
def ready(service: Held) -> Health:
    """Return whether database and runs work."""
    try:
        with service.engine.connect() as connection:
            connection.execute(sql.select(1))
    except SQLAlchemyError:
        raise Problem(503, "数据库没有应答。", {"Retry-After": "5"}) from None
    if not someone_works(service.settings):
        raise Problem(503, "负责运算的进程没有应答。", {"Retry-After": "5"})
    return Health(status="ok", detail="；".join(service.catalog.notes))


@ROUTES.get(
    "/metrics",
    tags=["服务"],
    summary="Prometheus 指标",
    response_class=Response,
    responses={**content("text/plain"), **documented(401, 403, 429)},
)
def figures(service: Held) -> Response:
    """Return requests, times and runs in the format of Prometheus."""
    text = metrics.page(service.runs.counts(), service.catalog.size)
    return Response(text, media_type=metrics.MEDIA)
