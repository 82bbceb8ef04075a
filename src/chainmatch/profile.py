"""The county profile (县情配置): home, priorities, endowments, weights, gates and capacity.

A profile is a YAML file that an officer edits. Everything that is a judgement of the county, and
not a fact of a firm, stands here and nowhere in the code.
"""

import math
from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, NoReturn, TypeAlias

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, create_model

from chainmatch.chains.graph import near_words, nodes_of
from chainmatch.errors import ProfileError
from chainmatch.parts import GAP_PARTS, PARTS, Part
from chainmatch.places.locating import Place, distance_km, zone_names
from chainmatch.schema.columns import NEEDS
from chainmatch.schema.words import NO_ZONE
from chainmatch.util.file_names import check_name
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


def _weights(name: str, parts: Iterable[Part], about: str) -> type[_Record]:
    """Build the model of weights of registered parts; those that ship are the defaults."""
    fields: dict[str, Any] = {part.name: (Amount, part.weight) for part in parts}
    return create_model(name, __base__=_Record, __doc__=about, **fields)


if TYPE_CHECKING:
    Weights: TypeAlias = _Record
    GapWeights: TypeAlias = _Record
else:
    Weights = _weights("Weights", PARTS, "Weights of the parts of a score; proportions matter.")
    GapWeights = _weights("GapWeights", GAP_PARTS, "Weights of the parts of a gap.")


class Resource(_Record):
    """Something that the county has: ``product`` as scopes word it (钨精矿, 香菇, 温泉).

    ``much`` is how much of it, 1 plenty; ``amount`` the same as people say it (年产3万吨);
    ``words`` are further words in a scope that speak of it.
    """

    product: Text
    much: Share = 1.0
    amount: str = ""
    words: tuple[Text, ...] = ()


class Project(_Record):
    """Something that the county builds: what it needs from others, and what it will make here."""

    name: Text
    stage: str = ""
    amount: str = ""
    needs: tuple[Text, ...] = ()
    makes: tuple[Text, ...] = ()
    weight: Share = 1.0


class Wish(_Record):
    """What the county wants first: a chain, segment, node (id or name) or product.

    With ``words`` it is a product alone: of the firms at its node only those are wanted whose own
    text names it or one of them.
    """

    what: Text
    weight: Share = 1.0
    why: str = ""
    words: tuple[Text, ...] = ()


class Refusal(_Record):
    """What the county cannot take, and why.

    A node or segment (id or name) closes that node. Any other word is a process (电镀, 铅冶炼) or,
    with 生产 or 制造 behind it, a product (水泥熟料生产), held against what each firm does.
    """

    what: Text
    why: str = ""


def _short(key: str) -> BeforeValidator:
    """Let a bare word stand for a record that has nothing else to say."""
    return BeforeValidator(lambda value: {key: value} if isinstance(value, str) else value)


class Settle(_Record):
    """How far a business settles in another county, 0…1, by what the node says (``settles``)."""

    anywhere: Share = 1.0
    operator: Share = 0.8
    base: Share = 0.55
    grower: Share = 0.35
    site: Share = 0.2
    local: Share = 0.15
    public: Share = 0.05


class Entry(_Record):
    """What a scored firm must show to stand on the shortlist.

    Least values of parts (an unknown one does not pass), and the least ``grade`` of its evidence.
    ``limited``: a name that ends in 公司, 总公司, 厂 and so on without 有限 or 股份 is an
    enterprise never converted to a company; it does not pass.
    """

    fit: Share = 0.45
    gap: Share = 0.4
    substance: Share = 0.4
    transferability: Share = 0.45
    grade: Literal["confirmed", "likely", "uncertain"] = "likely"
    limited: bool = True


class Gates(_Record):
    """Hard conditions.

    ``min_capital`` is in 万元 of yuan and applied only where the capital is known; ``require``
    lists needs without which a node is closed (endowment exactly 0); ``link`` is the confidence
    from which a firm counts as already here.
    """

    min_capital: Amount = 0
    excluded_zones: tuple[Text, ...] = ()
    require: tuple[Text, ...] = ()
    link: Share = 0.9


class Capacity(_Record):
    """How many firms the office can visit, and how they spread.

    ``repeat`` is the worth of each further firm at a node, as a share of the one before it.
    """

    top: Count = 30
    per_gap: Count = 5
    per_zone: MaybeCount = None
    per_group: Count = 1
    repeat: Annotated[float, Field(ge=0.1, le=1)] = 0.97


class Team(_Record):
    """Who travels to which zones (其他地区: what lies in none), from ``base`` if not from home."""

    name: Text
    zones: Annotated[tuple[Text, ...], Field(min_length=1)]
    base: Home | None = None


class Travel(_Record):
    """What one day of a journey is enough for: so many firms, or so many km as the crow flies."""

    firms_per_day: Positive = 3.0
    km_per_day: Positive = 600.0


class Levels(_Record):
    """From where on something counts.

    fit : fit from which a firm counts at a node.
    present, strong : coverage from which a node is present, strong.
    targets : number of fitting target firms that is enough for a gap.
    text : share of local rows with a scope below which "missing" cannot be told from "no data".
    near_km : distance at which closeness is one half.
    """

    fit: Share = 0.35
    present: Positive = 1.0
    strong: Positive = 3.0
    targets: Positive = 5.0
    text: Share = 0.2
    near_km: Positive = 1000.0


class Profile(_Record):
    """One county. ``None`` among the endowments, and any need not named there, is unknown.

    ``zones`` gives the priority of economic zones, ``in_province`` that of the home province
    outside any named zone, ``elsewhere`` that of the rest. ``resources``, ``projects``,
    ``priorities`` and ``unwanted`` say what the county has, builds, wants and cannot take, in words
    of scopes; :mod:`chainmatch.decision.county` finds their nodes. ``unlisted`` names nodes whose
    doers stand in no list of firms (public hospitals, farm households), each with the reason.
    ``offices`` names the office in charge of a chain (主管部门), for whom to call next; ``teams``
    and ``travel`` say who goes where and how far a day goes, for the visit plan.
    ``relatedness`` is a file of ``chainmatch relate``, "" the bundled one, "none" no such file.
    ``as_of`` is the day on which the age of firms is counted; without it age is unknown.
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
    teams: tuple[Team, ...] = ()
    travel: Travel = Travel()
    relatedness: str = ""
    resources: tuple[Annotated[Resource, _short("product")], ...] = ()
    projects: tuple[Project, ...] = ()
    priorities: tuple[Annotated[Wish, _short("what")], ...] = ()
    unwanted: tuple[Annotated[Refusal, _short("what")], ...] = ()
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

    def team_of(self, zone: str) -> Team | None:
        """Return the team that goes to a zone ("" is 其他地区); None if the profile names none."""
        asked = zone or NO_ZONE
        return next((team for team in self.teams if asked in team.zones), None)

    def chain_weight(self, chain: str) -> float:
        """Return the priority of a chain, 0…1; a chain that is not named has 1."""
        return self.chain_weights.get(chain, 1.0)


def read_profile(path: str | Path | None = None, graph: "nx.DiGraph[str] | None" = None) -> Profile:
    """Read and check a profile; ``None`` is the bundled example.

    With ``graph`` (of :func:`chainmatch.read_chains`) the chains, nodes and products that the
    profile names must exist there.

    Raises
    ------
    ProfileError
        The file is missing or wrong; the message names every problem with its line.
    """
    file = example() if path is None else Path(path)
    check_name(file, ProfileError)
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
    problems += [] if graph is None else _nameless(profile, document, graph)
    if problems:
        _fail(document, problems)
    return profile


def example(name: str = "qinling") -> Path:
    """Return the file of a bundled example: ``qinling`` (mountains) or ``huanghai`` (a plain)."""
    return data_folder("profiles") / f"{name}.yaml"


def profile_text(path: str | Path | None = None) -> str:
    """Return a profile as it is written, comments and all; ``None`` is the bundled example.

    Raises ProfileError as :func:`read_profile`.
    """
    read_profile(path)
    file = example() if path is None else Path(path)
    return file.read_text(encoding="utf-8-sig")


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
    teams = document.data.get("teams") if isinstance(document.data, dict) else None
    for index in range(len(teams) if isinstance(teams, list) else 0):
        places = [*zone_names(), NO_ZONE]
        yield from _not_in(document, ("teams", index, "zones"), places, "片区")
    if graph is not None:
        yield from _not_in(document, ("chain_weights",), list(graph.graph["chains"]), "产业链")
        yield from _not_in(document, ("offices",), list(graph.graph["chains"]), "产业链")
        known = [*graph, *graph.graph.get("was", ())]
        yield from _not_in(document, ("unlisted",), known, "环节")


def _not_in(
    document: Document, where: tuple[str | int, ...], known: list[str], kind: str
) -> Iterator[_Found]:
    value = document.data
    for key in where:
        inside = isinstance(value, dict) or (isinstance(key, int) and isinstance(value, list))
        value = (value.get(key) if isinstance(value, dict) else value[key]) if inside else None
    if not isinstance(value, dict | list):
        return
    for index, word in enumerate(value):
        if isinstance(word, str) and word not in known:
            line = document.line((*where, word if isinstance(value, dict) else index))
            yield line, f"{' › '.join(map(str, where))}：不认识的{kind}{nearest(word, known)}"


def _nameless(profile: Profile, document: Document, graph: "nx.DiGraph[str]") -> Iterator[_Found]:
    """Words of what the county has, builds and wants that name nothing on the chains.

    A resource with ``words`` of its own is understood in scopes, if not on the chains; a refusal
    may be a process, which is no node.
    """
    spoken: list[tuple[tuple[str | int, ...], str]] = [
        (("resources", i, "product"), resource.product)
        for i, resource in enumerate(profile.resources)
        if not resource.words
    ]
    spoken += [
        (("projects", i, key, k), word)
        for i, project in enumerate(profile.projects)
        for key in ("needs", "makes")
        for k, word in enumerate(getattr(project, key))
    ]
    spoken += [(("priorities", i, "what"), wish.what) for i, wish in enumerate(profile.priorities)]
    for where, word in spoken:
        if not nodes_of(graph, word):
            near = "、".join(f"“{other}”" for other in near_words(graph, word))
            hint = f"是否想写{near}？" if near else "请改写成环节、细分链或产品的名称"
            own = "，图谱之外的资源请另写 words" if where[0] == "resources" else ""
            yield document.line(where), f"{where[0]}：图谱里没有“{word}”，{hint}{own}"


def _senseless(profile: Profile, document: Document) -> Iterator[_Found]:
    if distance_km(profile.place, profile.place) is None:
        place = profile.home.province + profile.home.city
        why = f"home：不认识的地方“{place}”，请写简称，如 陕西、商洛"
        yield document.line(("home",)), why
    for index, team in enumerate(profile.teams):
        base = team.base and Place(team.base.province, team.base.city, team.base.county)
        if base and distance_km(base, base) is None:
            yield document.line(("teams", index, "base")), f"teams：不认识的地方“{base.city}”"
        for zone in team.zones:
            if profile.team_of(zone) is not team:
                yield document.line(("teams", index)), f"teams：片区“{zone}”已有别的队伍去"
    for key in ("weights", "gap_weights"):
        if not math.fsum(getattr(profile, key).model_dump().values()) > 0:
            yield document.line((key,)), f"{key}：权重不能全部为 0"
    if profile.levels.present > profile.levels.strong:
        yield document.line(("levels",)), "levels：present 不能大于 strong"
