"""From three lists to a shortlist, with whatever engine goes through the targets."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from chainmatch._version import __version__
from chainmatch.chains.graph import chain_files, read_chains
from chainmatch.decision.gaps import survey
from chainmatch.decision.shortlist import check_top, select
from chainmatch.identity.resolution import Resolution, resolve
from chainmatch.leads import match_leads
from chainmatch.matching.matcher import Matcher
from chainmatch.matching.tables import match
from chainmatch.pipeline.engines.folder import parts_of
from chainmatch.pipeline.engines.found import Engine, Found, Place, Progress, silent
from chainmatch.pipeline.engines.local import Local
from chainmatch.pipeline.examine import Examination
from chainmatch.pipeline.home import PROFILE, home_notes
from chainmatch.pipeline.inputs import List, firms_of, input_of, leads_of, sha256_of
from chainmatch.pipeline.whole import County, InMemory, OnDisk, Shown, Whole, read_counts
from chainmatch.profile import Profile, read_profile
from chainmatch.report.folder import write_report
from chainmatch.run import Run
from chainmatch.tables import Reading
from chainmatch.tables.headers import SharedMapping
from chainmatch.util.atomic import check_folder
from chainmatch.util.file_names import file_name
from chainmatch.util.notices import tell
from chainmatch.util.resources import learned_files

if TYPE_CHECKING:
    import networkx as nx

STEPS = 10  # that :func:`rank_files` announces


def rank(  # noqa: PLR0913
    targets: List,
    local: List,
    leads: "List | None" = None,
    *,
    profile: str | Path | Profile | None = None,
    chains: str | Path | None = None,
    top: int | None = None,
    mapping: Mapping[str, str] | None = None,
    progress: Progress | None = None,
    engine: Engine | None = None,
) -> Run:
    """Rank target firms for a county.

    Parameters
    ----------
    targets, local, leads : path, DataFrame or Reading
        Lists as an office keeps them, or as :func:`chainmatch.read_firms` and ``read_leads`` gave
        them; ``mapping`` names columns that are not recognised.
    profile : path or Profile, optional
        The county; default the bundled example.
    chains : path, optional
        Folder of chain files; default the bundled five.
    top : int, optional
        Length of the shortlist; default the profile's capacity.
    progress : callable, optional
        Called with the Chinese name of each step as it begins.
    engine : optional
        What goes through the targets; default this process. The run is the same.

    Raises
    ------
    ChainmatchError
        An input that cannot be read; the message says which, where and what to do.
    """
    order = _Order(targets, local, leads, profile, chains, top, SharedMapping(mapping))
    with _ranked(order, engine or Local(), progress or silent) as (run, _):
        return run


def rank_files(  # noqa: PLR0913
    targets: List,
    local: List,
    leads: "List | None" = None,
    *,
    out: str | Path,
    profile: str | Path | Profile | None = None,
    chains: str | Path | None = None,
    top: int | None = None,
    mapping: Mapping[str, str] | None = None,
    plain: bool = False,
    progress: Progress | None = None,
    engine: Engine | None = None,
) -> Run:
    """Rank target firms and write every file of the run to the folder ``out``.

    ``plain`` is CSV without byte order mark; all else as for :func:`rank`. The files are the same
    from every engine. Of a list that need not fit into memory the run that is returned holds what
    people's files show; what a stopped run has finished is kept where it can go on.

    Raises
    ------
    ChainmatchError
        As :func:`rank`, or a place that cannot be written.
    """
    folder, engine, step = check_folder(out), engine or Local(), progress or silent
    order = _Order(targets, local, leads, profile, chains, top, SharedMapping(mapping))
    with _ranked(order, engine, step, folder) as (run, whole):
        step("写出结果")
        write_report(run, folder, plain=plain, longer=whole.writers(run, plain=plain))
    return run


@dataclass(frozen=True)
class _Order:
    """What :func:`rank` was asked."""

    targets: List
    local: List
    leads: "List | None"
    profile: str | Path | Profile | None
    chains: str | Path | None
    top: int | None
    mapping: SharedMapping


class _Beside(NamedTuple):
    """The lists beside the targets: as read, ``home`` without duplicates, and what the manifest
    says of them.
    """

    local: Reading
    home: Resolution
    leads: Reading | None
    inputs: Mapping[str, Mapping[str, str]]


@contextmanager
def _ranked(
    order: _Order, engine: Engine, step: Progress, out: Path | None = None
) -> Iterator[tuple[Run, Whole]]:
    """Give the run and what can write its long tables; with ``out``, those may stay on the disk."""
    step("读取产业链和县情配置")
    graph = read_chains(order.chains)
    profile = _county(order, graph)
    step("读取名单")
    beside = _read_beside(order)
    home, leads = beside.home.firms, beside.leads
    step("识别本地企业")
    matcher = Matcher(graph)
    local_fits = match(home, graph, top=None, matcher=matcher)
    step("识别经营范围，核对是否已在本地")
    examination = Examination(matcher, profile, home, engine.bounded)
    place = _place(out, profile, order, beside) if out else None
    with engine.each(examination, order.targets, order.mapping, place) as found:
        step("核对重复企业")
        whole = _whole(order, engine, found, on_disk=bool(out))
        step("分析缺口")
        surveyed = survey(graph, local_fits, home, profile, whole.supplies())
        step("评分")
        scores = whole.score(County(graph, profile, surveyed, leads, order.top))
        step("选取")
        shortlist = select(scores, profile, top=order.top)
        shown = whole.shown(shortlist)
        step("匹配线索")
        matched = match_leads(
            leads, graph, shown.examined.firms, shown.examined.fits, home, local_fits, surveyed,
            profile, excluded=shown.examined.excluded, lexicon=matcher.lexicon,
        )  # fmt: skip
        candidates = Resolution(shown.examined.firms, shown.duplicates, shown.examined.links)
        manifest = _manifest(order, profile, beside, found, shown)
        manifest |= {"top": len(shortlist), "asked": order.top or profile.capacity.top}
        run = Run(
            graph, profile, shown.reading, beside.local, leads, candidates, beside.home, shown.fits,
            local_fits, surveyed, shown.excluded, shown.scores, shortlist, matched, manifest,
            shown.gates,
        )  # fmt: skip
        yield run, whole


def _whole(order: _Order, engine: Engine, found: Found, *, on_disk: bool) -> Whole:
    order.mapping.check()
    return OnDisk(found, engine) if on_disk and engine.bounded else InMemory(found)


def _read_beside(order: _Order) -> _Beside:
    local = firms_of(order.local, order.mapping)
    inputs = {"local": input_of(order.local, local)}
    leads = None
    if order.leads is not None:
        leads = leads_of(order.leads, order.mapping)
        inputs["leads"] = input_of(order.leads, leads)
    return _Beside(local, resolve(local.table, None), leads, inputs)


def _manifest(
    order: _Order, profile: Profile, beside: _Beside, found: Found, shown: Shown
) -> dict[str, Any]:
    """Say what the run was made of."""
    readings = {"targets": shown.reading, "local": beside.local}
    readings |= {"leads": beside.leads} if beside.leads else {}
    gates = shown.gates or shown.excluded["gate"].value_counts().to_dict()
    at_home = sum(gates.get(gate, 0) for gate in ("登记地在本地", "已在本地"))
    doubts = home_notes(beside.home.firms, profile, at_home / max(1, found.firms))
    tell(PROFILE, doubts)
    return {
        "version": __version__,
        "inputs": {"targets": found.input, **beside.inputs},
        "profile": profile.model_dump(mode="json"),
        "chains": _digests(chain_files(order.chains)),
        "learned": _digests(_learned(profile)),
        "counts": {"targets": dict(shown.counts), **_own_counts(beside)},
        "notes": ({"profile": doubts} if doubts else {})
        | {name: list(reading.notes) for name, reading in readings.items()},
    }


def _place(
    out: Path,
    profile: Profile,
    order: _Order,
    beside: _Beside,
) -> Place:
    """Return where the parts stand; what decides them is everything but leads and length."""
    decided = {
        "command": "rank",
        "local": beside.inputs["local"]["sha256"],
        "profile": profile.model_dump(mode="json"),
        "chains": _digests(chain_files(order.chains)),
        "learned": _digests(learned_files()),
    }
    return Place(parts_of(out / "rank"), decided)


def _digests(paths: list[Path]) -> dict[str, str]:
    return {file_name(path): sha256_of(path) for path in paths}


def _county(order: _Order, graph: "nx.DiGraph[str]") -> Profile:
    """Read the profile; one that the user names must name chains and nodes of the graph."""
    if order.top is not None:
        check_top(order.top)
    if isinstance(order.profile, Profile):
        return order.profile
    return read_profile() if order.profile is None else read_profile(order.profile, graph)


def _learned(county: Profile) -> list[Path]:
    """Return the files of learned figures that a run reads, in the order of their names."""
    own = [Path(county.relatedness)] if county.relatedness not in ("", "none") else []
    return [*learned_files(), *own]


def _own_counts(beside: _Beside) -> dict[str, dict[str, int]]:
    """Count the data rows of the lists beside the targets."""
    home = beside.home
    merged = {"duplicates": len(home.duplicates), "kept": len(home.firms)}
    counts = {"local": _read_counts(beside.local) | merged}
    if beside.leads:
        counts["leads"] = _read_counts(beside.leads) | {"read": len(beside.leads.table)}
    return counts


def _read_counts(reading: Reading) -> dict[str, int]:
    return read_counts(reading.rows, len(reading.rejects), reading.furniture)
