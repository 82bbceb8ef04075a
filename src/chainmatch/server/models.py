"""The forms of what comes in and goes out; the OpenAPI page is made from them."""

from collections.abc import Collection
from datetime import date, datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, create_model

from chainmatch.pipeline.rank import STEPS
from chainmatch.schema.columns import ROWS
from chainmatch.server.runlog import RunRow

MOST_TEXTS = 200
MOST_FOUND = 50
LONGEST_QUESTION = 100
LONGEST_TEXT = 5_000
MOST_OUTCOMES = 500

Text = Annotated[str, StringConstraints(max_length=LONGEST_TEXT)]
FirmId = Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z\-]{1,40}$")]
ListName = Annotated[str, StringConstraints(min_length=1, max_length=120)]
Top = Annotated[int, Field(ge=1, le=10_000, description="清单家数，默认按县情配置")]


class Sent(BaseModel):
    """What comes in: an unknown field is an error, not a silence."""

    model_config = ConfigDict(extra="forbid")


class Found(BaseModel):
    """A firm that a question may mean; ``score`` 0…1, ``why`` in Chinese."""

    firm_id: str
    name: str
    score: float
    why: str


class FoundFirms(BaseModel):
    """The answer to a look-up, best first."""

    firms: list[Found]


class _Row(BaseModel):
    """A row of a table; one of an older run may have columns that are gone."""

    model_config = ConfigDict(extra="allow")


_KINDS: dict[str, Any] = {"text": str, "date": str, "integer": int | None}


def _row(name: str, table: str, about: str, columns: Collection[str] = ()) -> type[_Row]:
    """Return the model of a row of a table: unknown text is "", an unknown number null."""
    fields: dict[str, Any] = {}
    for column in (cell.column for cell in ROWS[table]):
        if not columns or column.name in columns:
            text = f"{column.title}：{column.meaning}"
            kind: Any = _KINDS.get(column.kind, float | None)
            fields[column.name] = (kind, Field("" if column.is_text else None, description=text))
    return create_model(name, __base__=_Row, __doc__=about, **fields)


# Of a firm as it was read; what only the reading needs stays behind.
SHOWN = (
    *("firm_id", "name", "code", "region", "zone", "capital", "currency", "established"),
    *("scope", "products", "industry_code", "address", "status", "category", "honours"),
)
_FIT = ["chain", "node", "node_name", "fit", "main", "grade", "activity", "evidence"]
FitRow = _row("FitRow", "match", "What a firm does at a node, with the words that say so.", _FIT)
FirmRow = _row("FirmRow", "firms", "A firm as it was read.", SHOWN)
Gap = _row("Gap", "gaps", "One row of ``gaps.csv``.")
ListRow = _row("ListRow", "shortlist", "One row of ``shortlist.csv``.")


class Fit(FitRow):  # type: ignore[valid-type, misc]
    """What a firm does in a chain: ``fit`` 0…1, ``evidence`` the words that say so."""

    model_config = ConfigDict(extra="ignore")
    chain_name: str = ""


class FirmCard(FirmRow):  # type: ignore[valid-type, misc]
    """A firm as it was read, and its best nodes. Unknown is "" or null, never 0."""

    origin: str = Field(description="firms（企业名单）或 local（本地企业名单）")
    fits: list[Fit]


class TextToMatch(Sent):
    """One firm in words."""

    id: Annotated[str, StringConstraints(max_length=64)] = ""
    scope: Text = Field(description="经营范围")
    name: Annotated[str, StringConstraints(max_length=200)] = ""
    products: Text = ""


class TextsToMatch(Sent):
    """Several firms in words."""

    texts: Annotated[list[TextToMatch], Field(min_length=1, max_length=MOST_TEXTS)]
    top: Annotated[int, Field(ge=1, le=20, description="每条最多几个环节")] = 3


class Matched(BaseModel):
    """The nodes of one text, best first; empty where none was seen."""

    id: str
    fits: list[Fit]


class MatchedTexts(BaseModel):
    """The answers in the order of the texts."""

    texts: list[Matched]


class Chain(BaseModel):
    """A chain and how much is in it."""

    chain: str
    name: str
    segments: int
    nodes: int
    supplies: int


class Chains(BaseModel):
    """All chains."""

    chains: list[Chain]


class Node(BaseModel):
    """A node of a chain; what the county has is "" and null without a survey."""

    node: str
    name: str
    segment: str
    stage: str
    does: str
    status: str
    kind: str
    way: str = Field(description="recruit（可招）、grow（需本地培育）或 closed（不接收）")
    score: float | None


class Supply(BaseModel):
    """Goods flow from one node to another; ``source`` says who says so."""

    start: str
    end: str
    source: str


class ChainMap(BaseModel):
    """A chain as a graph."""

    chain: str
    name: str
    about: str
    nodes: list[Node]
    supplies: list[Supply]


class Gaps(BaseModel):
    """Every node of the chains with what the county has there."""

    gaps: list[Gap]  # type: ignore[valid-type]


class Lists(BaseModel):
    """Names of the lists in the folder ``lists`` of the service."""

    lists: list[str]


class RunFromLists(Sent):
    """A run over lists that lie in the folder ``lists`` of the service."""

    targets: ListName
    local: ListName
    leads: ListName | None = None
    profile: ListName | None = None
    top: Top | None = None


State = Literal["queued", "running", "interrupted", "done", "failed", "cancelled"]


class Run(BaseModel):
    """A run; ``progress`` 0…1, ``detail`` says in Chinese why it failed."""

    id: str
    number: int
    state: State
    step: str
    progress: float
    detail: str
    inputs: dict[str, str]
    top: int | None
    by: str
    created: datetime
    started: datetime | None
    ended: datetime | None

    @classmethod
    def of(cls, row: RunRow) -> "Run":
        """Return how a run is shown."""
        done = 1.0 if row.state == "done" else min(0.99, row.done_steps / STEPS)
        shown = {name: value for name, value in row._asdict().items() if name in cls.model_fields}
        return cls(**shown, progress=round(done, 2))


class Runs(BaseModel):
    """Runs, newest first; ``before`` of the next page is the last ``number``."""

    runs: list[Run]


class RunFile(BaseModel):
    """One file of a run, with its size in bytes."""

    name: str
    size: int


class RunFiles(BaseModel):
    """The files of a run."""

    files: list[RunFile]


class Card(BaseModel):
    """Why a firm is on the shortlist or not, in Chinese, and the same taken apart.

    ``note`` says how the firm was understood; each of ``cards`` has a ``state``: shortlist, scores,
    excluded, duplicates, locals.
    """

    card: str
    note: str
    cards: list[dict[str, Any]]


class Move(BaseModel):
    """A firm that moved between two runs; places are null where it is on no list."""

    firm_id: str
    name: str
    move: str
    before: float | None
    after: float | None
    score_before: float | None
    score_after: float | None
    why: str


class Difference(BaseModel):
    """Two runs compared."""

    causes: list[str]
    moves: list[Move]


class Listed(ListRow):  # type: ignore[valid-type, misc]
    """A firm of the shortlist: its row of ``shortlist.csv``, and the firm in one sentence."""

    in_short: str


class Shortlist(BaseModel):
    """The firms of a shortlist, best first; unknown numbers are null."""

    firms: list[Listed]


class OutcomeToTell(Sent):
    """What became of one firm."""

    firm_id: FirmId
    outcome: Literal["签约", "在谈", "拒绝", "未联系"]
    day: date = Field(description="YYYY-MM-DD")


class OutcomesToTell(Sent):
    """What became of several firms of a run."""

    outcomes: Annotated[list[OutcomeToTell], Field(min_length=1, max_length=MOST_OUTCOMES)]


class OutcomeTold(BaseModel):
    """The newest word on one firm."""

    firm_id: str
    outcome: str
    day: date
    by: str


class OutcomesTold(BaseModel):
    """The newest words on the firms of a run."""

    outcomes: list[OutcomeTold]


class Health(BaseModel):
    """Whether the service lives or is ready; ``detail`` in Chinese."""

    status: str
    detail: str = ""
