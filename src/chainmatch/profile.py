"""The county profile (县情配置): home, priorities, endowments, weights, gates and capacity.

A profile is a YAML file that an officer edits. Everything that is a judgement of the county, and
not a fact of a firm, stands here and nowhere in the code.
"""

import math
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, NoReturn

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from chainmatch.errors import ProfileError
from chainmatch.places.locating import Place, distance_km, zone_names
from chainmatch.schema.columns import NEEDS
from chainmatch.util.resources import data_folder
from chainmatch.util.yaml import Document, YamlError, explain, nearest, read_document

if TYPE_CHECKING:
    import networkx as nx

_UNKNOWN = ("", "~", "null", "未知", "不详")


def _unknown_is_none(value: Any) -> Any:
    return None if isinstance(value, str) and value.strip() in _UNKNOWN else value


Text = Annotated[str, Field(min_length=1, max_length=200)]
Share = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
Amount = Annotated[float, Field(ge=0, allow_inf_nan=False)]
Positive = Annotated[float, Field(gt=0, allow_inf_nan=False)]
Count = Annotated[int, Field(ge=1)]
Endowment = Annotated[Share | None, BeforeValidator(_unknown_is_none)]
MaybeCount = Annotated[Count | None, BeforeValidator(_unknown_is_none)]
MaybeDate = Annotated[date | None, BeforeValidator(_unknown_is_none)]


class _Record(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Home(_Record):
    """Where the county lies, in short forms. Empty ``county``: the whole prefecture is home."""

    province: Text
    city: Text
    county: str = ""


class Weights(_Record):
    """Weights of the six parts of a firm's score; only their proportions matter."""

    sector: Amount = 0.30
    gap: Amount = 0.25
    partners: Amount = 0.20
    region: Amount = 0.10
    scale: Amount = 0.10
    name: Amount = 0.05


class GapWeights(_Record):
    """Weights of the four parts of a gap's score; only their proportions matter."""

    pull: Amount = 0.35
    structure: Amount = 0.20
    feasibility: Amount = 0.30
    supply: Amount = 0.15


class Settle(_Record):
    """How far what a firm does can be set up in another county, 0…1; multiplies the gap's worth.

    One value for each activity. ``operate`` counts only at nodes that need ``land`` or ``plant``
    (a facility is built), else as ``serve``. ``resource`` is the least at nodes that need what
    only the place has (ore, wind, forest, scenery …): who runs such things goes where they are.
    ``single`` is the most for a firm that is one place by its name (医院, 宾馆, 水电站), ``agent``
    for one that calls itself a trader, consultant or agent (贸易, 咨询, 代理).
    """

    make: Share = 1.0
    grow: Share = 1.0
    resource: Share = 0.8
    operate: Share = 0.5
    research: Share = 0.5
    build: Share = 0.2
    serve: Share = 0.2
    trade: Share = 0.2
    single: Share = 0.2
    agent: Share = 0.5


class Entry(_Record):
    """What a scored firm must show to stand on the shortlist.

    ``gap`` is the least value of the gap that it fills (an unknown or no gap never passes), ``fit``
    the least fit to the node, ``grade`` the least grade of its evidence. ``limited``: a name that
    ends in 公司, 总公司, 厂 and so on without 有限 or 股份 is an enterprise never converted to a
    company; it does not pass.
    """

    gap: Annotated[float, Field(gt=0, le=1)] = 0.2
    fit: Share = 0.66
    grade: Literal["confirmed", "likely", "uncertain"] = "likely"
    limited: bool = True


class Negative(_Record):
    """What the county does not want: nodes by id, and words that name an unwanted production."""

    nodes: tuple[Text, ...] = ()
    words: tuple[Text, ...] = ()


class Gates(_Record):
    """Hard conditions.

    ``min_fit`` is the fit that a firm needs at one node at least; ``min_capital`` is in 万元 and
    applied only where the capital is known; ``require`` lists needs without which a node is closed
    (endowment exactly 0); ``link`` is the confidence from which a firm counts as already here.
    """

    min_fit: Share = 0.2
    min_capital: Amount = 0
    excluded_zones: tuple[Text, ...] = ()
    require: tuple[Text, ...] = ()
    negative: Negative = Negative()
    link: Share = 0.9


class Capacity(_Record):
    """How many firms the office can visit, and how they spread.

    ``repeat`` is the worth of each further firm at a node, as a share of the one before it.
    """

    top: Count = 30
    per_gap: Count = 3
    per_zone: MaybeCount = None
    per_group: Count = 1
    repeat: Annotated[float, Field(ge=0.1, le=1)] = 0.8


class Levels(_Record):
    """From where on something counts.

    fit : fit from which a firm counts at a node.
    present, strong : expected number of local producers from which a node is present, strong;
        at ``strong`` the pull on its neighbours is one half.
    targets : number of fitting target firms that is enough for a gap.
    partners : number of local suppliers (buyers) that makes the part ``partners`` one half.
    text : share of local rows with a scope below which "missing" cannot be told from "no data".
    near_km : distance at which closeness is one half.
    """

    fit: Share = 0.35
    present: Positive = 1.0
    strong: Positive = 3.0
    targets: Positive = 5.0
    partners: Positive = 3.0
    text: Share = 0.2
    near_km: Positive = 1000.0


class Profile(_Record):
    """One county. ``None`` among the endowments, and any need not named there, is unknown.

    ``zones`` gives the priority of economic zones, ``in_province`` that of the home province
    outside any named zone, ``elsewhere`` that of the rest. ``unlisted`` names nodes whose doers
    stand in no list of firms (public hospitals, farm households), each with the reason. ``offices``
    names the office in charge of a chain (主管部门), for whom to call next. ``relatedness`` is a
    file of ``chainmatch relate``, "" the bundled one, "none" no such file. ``as_of``
    is the day on which the age of firms is counted; without it age is unknown.
    """

    name: Text
    home: Home
    zones: dict[str, Share] = {}
    in_province: Share = 0.5
    elsewhere: Share = 0.3
    chain_weights: dict[str, Share] = {}
    endowments: dict[str, Endowment] = {}
    unlisted: dict[str, Text] = {}
    offices: dict[str, Text] = {}
    relatedness: str = ""
    weights: Weights = Weights()
    gap_weights: GapWeights = GapWeights()
    settle: Settle = Settle()
    gates: Gates = Gates()
    entry: Entry = Entry()
    capacity: Capacity = Capacity()
    levels: Levels = Levels()
    as_of: MaybeDate = None

    @property
    def place(self) -> Place:
        """The home as a place."""
        return Place(self.home.province, self.home.city, self.home.county)

    def chain_weight(self, chain: str) -> float:
        """Return the priority of a chain, 0…1; a chain that is not named has 1."""
        return self.chain_weights.get(chain, 1.0)


def read_profile(path: str | Path | None = None, graph: "nx.DiGraph[str] | None" = None) -> Profile:
    """Read and check a profile; ``None`` is the bundled example.

    With ``graph`` (of :func:`chainmatch.read_chains`) the chains and nodes that the profile
    names must exist there.

    Raises
    ------
    ProfileError
        The file is missing or wrong; the message names every problem with its line.
    """
    file = data_folder("profiles") / "qinling.yaml" if path is None else Path(path)
    try:
        document = read_document(file)
    except YamlError as error:
        raise ProfileError(str(error)) from None
    problems = [*_unknown_names(document, graph)]
    try:
        profile = Profile.model_validate(document.data)
    except ValidationError as error:
        _fail(document, [*problems, *explain(error, document, Profile)])
    problems += _senseless(profile, document)
    if problems:
        _fail(document, problems)
    return profile


def profile_text(path: str | Path | None = None) -> str:
    """Return a profile as it is written, comments and all; ``None`` is the bundled example.

    Raises ProfileError as :func:`read_profile`.
    """
    read_profile(path)
    file = data_folder("profiles") / "qinling.yaml" if path is None else Path(path)
    return file.read_text(encoding="utf-8-sig")


def closed_nodes(profile: Profile, graph: "nx.DiGraph[str]") -> dict[str, str]:
    """Return the nodes at which the county takes no firm, each with the reason in Chinese.

    A node is closed if the negative list names it, or if it needs what ``gates.require`` names and
    the county has none of it (endowment 0; an unknown endowment closes nothing).
    """
    lacking = [need for need in profile.gates.require if profile.endowments.get(need) == 0]
    closed = {}
    for node, data in graph.nodes(data=True):
        if node in profile.gates.negative.nodes:
            closed[node] = f"“{data['name']}”在负面清单内"
            continue
        missing = [NEEDS.get(need, need) for need in lacking if need in data["needs"]]
        if missing:
            closed[node] = f"“{data['name']}”需要{'、'.join(missing)}，本地没有"
    return closed


# --- checks ------------------------------------------------------------------------------------

_Found = tuple[int, str]


def _fail(document: Document, problems: list[_Found]) -> NoReturn:
    lines = [f"{document.path}:{line}：{why}" for line, why in sorted(set(problems))]
    raise ProfileError("；".join(lines))


def _unknown_names(document: Document, graph: "nx.DiGraph[str] | None") -> Iterator[_Found]:
    """Names that no key of the model catches: needs, zones, chains, nodes."""
    needs = list(NEEDS)
    yield from _not_in(document, ("endowments",), needs, "要素")
    yield from _not_in(document, ("gates", "require"), needs, "要素")
    yield from _not_in(document, ("zones",), list(zone_names()), "片区")
    yield from _not_in(document, ("gates", "excluded_zones"), list(zone_names()), "片区")
    if graph is not None:
        yield from _not_in(document, ("chain_weights",), list(graph.graph["chains"]), "产业链")
        yield from _not_in(document, ("offices",), list(graph.graph["chains"]), "产业链")
        yield from _not_in(document, ("unlisted",), list(graph), "环节")
        yield from _not_in(document, ("gates", "negative", "nodes"), list(graph), "环节")


def _not_in(
    document: Document, where: tuple[str, ...], known: list[str], kind: str
) -> Iterator[_Found]:
    value = document.data
    for key in where:
        value = value.get(key) if isinstance(value, dict) else None
    if not isinstance(value, dict | list):
        return
    for index, word in enumerate(value):
        if isinstance(word, str) and word not in known:
            line = document.line((*where, word if isinstance(value, dict) else index))
            yield line, f"{' › '.join(where)}：不认识的{kind}{nearest(word, known)}"


def _senseless(profile: Profile, document: Document) -> Iterator[_Found]:
    if distance_km(profile.place, profile.place) is None:
        place = profile.home.province + profile.home.city
        why = f"home：不认识的地方“{place}”，请写简称，如 陕西、商洛"
        yield document.line(("home",)), why
    for key in ("weights", "gap_weights"):
        if not math.fsum(getattr(profile, key).model_dump().values()) > 0:
            yield document.line((key,)), f"{key}：权重不能全部为 0"
    if profile.levels.present > profile.levels.strong:
        yield document.line(("levels",)), "levels：present 不能大于 strong"
