"""Questions that the lists and chains answer: firms, texts, chains, gaps."""

from typing import Annotated

import pandas as pd
from fastapi import APIRouter, Query, Response
from fastapi import Path as InPath

from chainmatch.chains.views import chain_counts
from chainmatch.matching.tables import match
from chainmatch.report.chainmap import chain_svg
from chainmatch.report.facts import Record, records
from chainmatch.schema.columns import TABLES
from chainmatch.server import models
from chainmatch.server.context import RUN_ID, Held, Service, finished
from chainmatch.server.problems import Problem, content, documented

ROUTES = APIRouter(prefix="/v1", tags=["查询"], responses=documented(401, 403, 422, 429))
_NO_LIST = "服务启动时没有给出企业名单；请管理员用 --firms 或 --local 指定名单后重新启动。"
_NO_LOCAL = "服务启动时没有给出本地企业名单；请写 run=运算编号，或请管理员用 --local 指定。"

ChainId = Annotated[str, InPath(pattern=r"^[a-z0-9\-]{1,60}$", description="产业链编号")]
OfRun = Annotated[str | None, Query(pattern=RUN_ID, description="按哪次运算；默认按本地企业名单")]


@ROUTES.get("/firms", summary="按任何写法查企业", responses=documented(404))
async def find_firms(
    service: Held,
    q: Annotated[
        str,
        Query(
            min_length=1,
            max_length=models.LONGEST_QUESTION,
            description="全称、简称、有错字的名称、信用代码、拼音或首字母",
        ),
    ],
    limit: Annotated[int, Query(ge=1, le=models.MOST_FOUND)] = 10,
) -> models.FoundFirms:
    """Return the firms that ``q`` may mean, best first; on the spot, for it takes milliseconds."""
    finder = service.catalog.finder
    if finder is None:
        raise Problem(404, _NO_LIST)
    found = finder.found(q, limit)
    return models.FoundFirms(firms=[models.Found(**firm._asdict()) for firm in found])


@ROUTES.get("/firms/{firm_id}", summary="一家企业", responses=documented(404))
def one_firm(
    service: Held, firm_id: Annotated[models.FirmId, InPath(description="企业编号")]
) -> models.FirmCard:
    """Return a firm as it was read, with its best nodes."""
    card = service.catalog.card(firm_id)
    if card is None:
        raise Problem(404, "名单里没有这个编号的企业。")
    return models.FirmCard(**card)


@ROUTES.post("/match", summary="识别经营范围", responses=documented(400, 413))
def match_texts(service: Held, sent: models.TextsToMatch) -> models.MatchedTexts:
    """Return the nodes that each text speaks of."""
    lines = [
        dict.fromkeys(TABLES["firms"], "")
        | {"firm_id": str(number), "name": one.name, "scope": one.scope, "products": one.products}
        for number, one in enumerate(sent.texts)
    ]
    catalog = service.catalog
    fits = match(pd.DataFrame(lines), catalog.graph, top=sent.top, matcher=catalog.matcher)
    names = {chain: data["name"] for chain, data in catalog.graph.graph["chains"].items()}
    answers = [models.Matched(id=one.id, fits=[]) for one in sent.texts]
    for fit in records(fits):
        if fit["node"]:
            shown = models.Fit(**fit, chain_name=names[fit["chain"]])
            answers[int(fit["firm_id"])].fits.append(shown)
    return models.MatchedTexts(texts=answers)


@ROUTES.get("/chains", summary="全部产业链")
def chains(service: Held) -> models.Chains:
    """Return the chains and how much is in them."""
    counts = chain_counts(service.catalog.graph)
    return models.Chains(chains=[models.Chain.model_validate(one) for one in counts])


@ROUTES.get("/chains/{chain}", summary="一条产业链的环节和供给关系", responses=documented(404, 409))
def chain_map(service: Held, chain: ChainId, run: OfRun = None) -> models.ChainMap:
    """Return a chain as a graph, with what the county has at each node."""
    graph = service.catalog.graph
    data = _chain(service, chain)
    gaps = {} if (table := _survey(service, run)) is None else _by_node(table)
    nothing: Record = {"status": "", "kind": "", "way": "", "score": None}
    nodes = [
        models.Node(
            node=node,
            name=own["name"],
            segment=graph.graph["segments"][chain, own["segment"]],
            stage=own["stage"],
            does=own["does"],
            **{key: gaps.get(node, nothing)[key] for key in nothing},
        )
        for node, own in graph.nodes(data=True)
        if own["chain"] == chain
    ]
    inside = {node.node for node in nodes}
    supplies = [
        models.Supply(start=start, end=end, source=own["source"])
        for start, end, own in graph.edges(data=True)
        if start in inside or end in inside
    ]
    return models.ChainMap(
        chain=chain, name=data["name"], about=data["about"], nodes=nodes, supplies=supplies
    )


@ROUTES.get(
    "/chains/{chain}/map.svg",
    summary="产业链图谱",
    response_class=Response,
    responses={**content("image/svg+xml"), **documented(404, 409)},
)
def chain_picture(service: Held, chain: ChainId, run: OfRun = None) -> Response:
    """Return the picture of a chain, coloured by what the county has."""
    _chain(service, chain)
    status: dict[str, str] | None = None
    scores: dict[str, float] = {}
    kinds: dict[str, str] = {}
    table = _survey(service, run)
    if table is not None:
        gaps = _by_node(table)
        status = {node: gap["status"] for node, gap in gaps.items()}
        kinds = {node: gap["kind"] for node, gap in gaps.items()}
        known = {node: gap["score"] for node, gap in gaps.items() if gap["kind"]}
        scores = {node: score for node, score in known.items() if score is not None}
    picture = chain_svg(service.catalog.graph, chain, status, scores, kinds, link="node-")
    return Response(picture, media_type="image/svg+xml")


@ROUTES.get("/gaps", summary="缺口", responses=documented(404, 409))
def gaps(
    service: Held,
    run: OfRun = None,
    chain: Annotated[str | None, Query(max_length=60, description="只要一条产业链")] = None,
) -> models.Gaps:
    """Return every node with what the county has there and what filling it is worth."""
    table = _survey(service, run)
    if table is None:
        raise Problem(404, _NO_LOCAL)
    if chain is not None:
        _chain(service, chain)
        table = table[table["chain"] == chain]
    return models.Gaps(gaps=[models.Gap(**gap) for gap in records(table[list(TABLES["gaps"])])])


def _chain(service: Service, chain: str) -> Record:
    data = service.catalog.graph.graph["chains"].get(chain)
    if data is None:
        raise Problem(404, "没有这条产业链；/v1/chains 列出全部编号。")
    found: Record = data
    return found


def _survey(service: Service, run: str | None) -> pd.DataFrame | None:
    """Return the gaps of a run, or of the local list the service was started with."""
    return service.catalog.gaps if run is None else finished(service, run).table("gaps")


def _by_node(table: pd.DataFrame) -> dict[str, Record]:
    return {gap["node"]: gap for gap in records(table)}
