"""The application put together: routes, problems, guard."""

import sqlalchemy as sql
from fastapi import Depends, FastAPI

from chainmatch._version import __version__
from chainmatch.server import lookups, pages, problems, results, running
from chainmatch.server.audit import Audit
from chainmatch.server.catalog import Catalog
from chainmatch.server.context import BEARER, Service
from chainmatch.server.keys import KeyRing
from chainmatch.server.limits import Buckets
from chainmatch.server.middleware import Guard
from chainmatch.server.outcomes import OutcomeLog
from chainmatch.server.runlog import RunLog
from chainmatch.server.settings import Settings
from chainmatch.server.templates import templates

_ABOUT = "产业链图谱、缺口分析与精准招商清单的服务接口。所有错误都是 application/problem+json。"


def create_app(settings: Settings, catalog: Catalog, engine: sql.Engine) -> FastAPI:
    """Return the application; processes that part afterwards share catalog and rate limits."""
    app = FastAPI(
        title="chainmatch",
        version=__version__,
        description=_ABOUT,
        docs_url=None,  # the usual page loads its script from elsewhere; /docs is our own
        redoc_url=None,
        redirect_slashes=False,
        separate_input_output_schemas=False,
    )
    app.state.service = Service(
        settings, catalog, engine, RunLog(engine), OutcomeLog(engine), templates()
    )
    for module in (lookups, running, results):
        app.include_router(module.ROUTES, dependencies=[Depends(BEARER)])
    app.include_router(pages.ROUTES)
    problems.install(app, f"{settings.data}/")
    app.add_middleware(
        Guard,
        settings=settings,
        ring=KeyRing(engine),
        buckets=Buckets(settings.rate, settings.burst),
        audit=Audit(settings.audit),
    )
    _describe(app)
    return app


def _describe(app: FastAPI) -> None:
    """Make the OpenAPI page tell the form of problems, and of nothing that never comes."""
    made = app.openapi()
    schemas = made["components"]["schemas"]
    schemas["ProblemBody"] = problems.ProblemBody.model_json_schema()
    for name in ("HTTPValidationError", "ValidationError"):
        schemas.pop(name, None)
    form = made["paths"]["/v1/runs"]["post"]["requestBody"]["content"]["multipart/form-data"]
    parts = schemas[form["schema"]["$ref"].rpartition("/")[2]]["properties"]
    for name, part in parts.items():  # a part is sent or left out; a form knows no null
        parts[name] = {k: v for k, v in part.items() if k != "anyOf"} | part.get("anyOf", [{}])[0]
    app.openapi_schema = made
