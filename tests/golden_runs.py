"""The golden runs: what comes out of two runs, as text that a person reads in ``git diff``.

``world`` is a county of eleven nodes that can be argued by hand (``golden/world/README.md``),
``sample`` the bundled sample. Both go through the command alone, so nothing here knows how the
code is laid out. ``outputs`` yields file name and text; ``python tests/golden_runs.py`` (or ``make
golden``) writes them to ``golden/<name>_run/``, ``test_golden.py`` compares.

Left out is what changes with unrelated edits: hashes, the version, paths. A text that says the
same as an earlier file of its run is kept as one line, ``= that file``; of the sample, sheets and
lines of the page that repeat a long table are cut short.
"""

import csv
import io
import json
import re
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import redirect_stderr, redirect_stdout
from html.parser import HTMLParser
from pathlib import Path

import docx
import openpyxl

from chainmatch import __version__
from chainmatch.cli import main
from chainmatch.util.resources import data_folder

GOLDEN = Path(__file__).parent / "golden"
WORLD = GOLDEN / "world"
_BLOCKS = re.compile(
    "address|article|aside|body|br|button|caption|dd|details|div|dl|dt|figcaption|figure|footer"
    "|h[1-6]|header|label|legend|li|main|nav|ol|option|p|section|summary|svg|table|tbody|text"
    "|tfoot|thead|title|tr|ul"
)
_HASH = re.compile("sha256 [0-9a-f]+…?")
_ROWS = 60  # rows shown of a sheet of the sample that a table repeats
_WIDTH = 2000  # characters shown of a line of its page that lists every firm


def outputs(name: str) -> Iterator[tuple[str, str]]:
    """Yield the files of a golden run as they come out: name, text."""
    with tempfile.TemporaryDirectory() as folder:
        first: dict[str, str] = {}
        for file, text in RUNS[name](Path(folder)):
            said = _HASH.sub("sha256 …", text).replace(f"chainmatch {__version__}", "chainmatch …")
            said = said.replace(folder, "OUT")
            same = first.setdefault(said, file)
            yield file, said if same == file else f"= {same}\n"


def expected(name: str) -> dict[str, str]:
    """Return the files of a golden run as they are kept."""
    folder = GOLDEN / f"{name}_run"
    return {
        path.relative_to(folder).as_posix(): path.read_bytes().decode("utf-8")
        for path in sorted(folder.rglob("*.*"))
    }


def keep(name: str) -> None:
    """Put the files of a golden run in the place of those that are kept."""
    found = dict(outputs(name))
    folder = GOLDEN / f"{name}_run"
    shutil.rmtree(folder, ignore_errors=True)
    for file, text in found.items():
        path = folder / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode("utf-8"))


# --- the runs ----------------------------------------------------------------------------------


def _world(folder: Path) -> Iterator[tuple[str, str]]:
    targets, local, leads = WORLD / "targets.csv", WORLD / "local.xlsx", WORLD / "leads.csv"
    chains = ["--chains", WORLD / "chains"]
    one, two = ["--profile", WORLD / "profile.yaml"], ["--profile", WORLD / "profile_b.yaml"]
    lists = [targets, "--local", local, "--leads", leads, *chains]
    run, other = folder / "run", folder / "other"
    yield "rank.txt", _say("rank", *lists, *one, "--out", run)
    yield from _tables(run)
    yield "run.json", _manifest(run / "run.json")
    yield "explain.txt", _explain(run, EXPLAINED.split())
    yield from _workbook(run / "精准招商清单.xlsx", None)
    yield "report.txt", _page(run / "report.html", None)
    yield from _briefs(run, folder, ("苏州青禾食品有限公司", "苏州转轮机械有限公司"))
    # The same lists under other weights, limits and gates.
    yield "other/rank.txt", _say("rank", *lists, *two, "--out", other)
    for table in ("shortlist", "scores", "gaps", "excluded"):
        yield f"other/{table}.csv", _text(other / f"{table}.csv")
    yield "other/explain.txt", _explain(other, EXPLAINED.split()[:8])
    yield "other/diff.txt", _say("diff", run, other)
    yield "other/diff_back.txt", _say("diff", other, run)
    yield "other/diff_none.txt", _say("diff", run, run)
    # One command at a time.
    for by in ("node", "chain"):
        for what, firms in (("targets", targets), ("local", local)):
            file = f"match_{what}_by_{by}.csv"
            yield file, _file("match", firms, *chains, "--by", by, folder=folder)
    yield "gaps_without_targets.csv", _file("gaps", local, *chains, *one, folder=folder)
    with_targets = [local, "--targets", targets]
    yield "gaps_with_targets.csv", _file("gaps", *with_targets, *chains, *one, folder=folder)
    yield "link.csv", _file("link", targets, local, *chains, folder=folder)
    yield "link_targets.csv", _file("link", targets, *chains, folder=folder)
    matched = [leads, "--targets", targets, "--local", local]
    yield "leads_alone.csv", _file("leads", *matched, *chains, *one, folder=folder)
    finds = [_say("find", text, "--in", targets) for text in ("栗源", "杭州绿州", "qinghe", "无")]
    yield "find.txt", "\n".join(finds)
    yield "check.txt", "\n".join(_say("check", file) for file in (targets, local, leads))


EXPLAINED = """
    苏州青禾食品有限公司 商南县清油食品有限公司 苏州转轮机械有限公司 重庆青岚云栖食品有限公司
    杭州栗源食品有限公司 温州大雪食品有限公司 南京满坡板栗种植有限公司 南京云杉农业科技有限公司
    无锡红砖食品有限公司 重庆石桥板栗食品厂 重庆白塔食品股份有限公司 杭州青岚云栖食品有限公司
    宁波东篱冷链有限公司 常州电镀设备有限公司 兰州洁云包装有限公司 温州小满食品有限公司
    镇安县月潭食品有限公司 杭州市栗源食品有限公司 镇安县双锋板栗种植有限公司
    扬州栗乡文旅股份有限公司
    扬州栗园度假村有限公司 常州虹桥机械有限公司 无锡绿野商贸有限公司 温州古井房地产开发有限公司
    芜湖双岩碳材有限公司 扬州板栗食品有限公司 上海百业食品有限公司 成都翠屏食品有限公司
    上海没有这家公司
"""


def _sample(folder: Path) -> Iterator[tuple[str, str]]:
    sample, run = data_folder("sample"), folder / "run"
    yield "rank.txt", _say("rank", "--sample", "--out", run)
    yield from _tables(run)
    yield "run.json", _manifest(run / "run.json")
    chosen, scored = _names(run / "shortlist.csv"), _names(run / "scores.csv")
    # The first and last on the list, the best who are not on it, and some from further down.
    others = [name for name in scored if name not in chosen]
    named = [*chosen[:3], *chosen[-2:], *others[:8], *others[8::200]]
    yield "explain.txt", _explain(run, named)
    yield from _workbook(run / "精准招商清单.xlsx", _ROWS)
    yield "report.txt", _page(run / "report.html", _WIDTH)
    yield from _briefs(run, folder, chosen[:1])
    local, targets = sample / "local.csv", sample / "targets.xlsx"
    for by in ("node", "chain"):
        yield f"match_local_by_{by}.csv", _file("match", local, "--by", by, folder=folder)
    yield "gaps_without_targets.csv", _file("gaps", local, folder=folder)
    yield "link_local.csv", _file("link", local, folder=folder)
    yield "link.csv", _file("link", targets, local, folder=folder)


RUNS: dict[str, Callable[[Path], Iterator[tuple[str, str]]]] = {"world": _world, "sample": _sample}


# --- commands ----------------------------------------------------------------------------------


def _say(*arguments: object) -> str:
    """Return what a command prints and its exit code, under the command."""
    out, error = io.StringIO(), io.StringIO()
    words = [str(argument) for argument in arguments]
    with redirect_stdout(out), redirect_stderr(error):
        code = main(
            [*words, "--quiet"] if words[0] in ("match", "gaps", "link", "leads") else words
        )
    shown = " ".join(Path(word).name for word in words)
    said = out.getvalue() + (error.getvalue() if code else "")
    return f"$ chainmatch {shown}\n{said}" + (f"[{code}]\n" if code else "")


def _file(*arguments: object, folder: Path) -> str:
    """Return the table that a command writes."""
    path = folder / "out.csv"
    said = _say(*arguments, "--out", path)
    assert path.exists(), said
    text = _text(path)
    path.unlink()
    return text


def _explain(run: Path, names: Sequence[str]) -> str:
    return "\n".join(_say("explain", name, "--run", run) for name in names)


# --- files as text -----------------------------------------------------------------------------


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8-sig")


def _names(path: Path) -> list[str]:
    return [row["name"] for row in csv.DictReader(io.StringIO(_text(path)))]


def _tables(run: Path) -> Iterator[tuple[str, str]]:
    for path in sorted(run.glob("*.csv")):
        yield path.name, _text(path)


def _manifest(path: Path) -> str:
    """Return ``run.json`` without what other files' bytes, or the version, change."""
    content = json.loads(path.read_text(encoding="utf-8"))
    del content["version"]
    for key in ("chains", "learned"):
        content[key] = sorted(content[key])
    for one in content["inputs"].values():
        del one["sha256"]
    return json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def _workbook(path: Path, most: int | None) -> Iterator[tuple[str, str]]:
    """Yield the sheets of a workbook, a row a line, values as they are displayed."""
    for number, sheet in enumerate(openpyxl.load_workbook(path), 1):
        rows = [[_shown(cell) for cell in row] for row in sheet.iter_rows()]
        lines = [" | ".join(row).rstrip(" |") for row in rows]
        if most is not None and len(lines) > most:
            lines[most:] = [f"… {len(lines) - most} more rows"]
        yield f"workbook/{number:02}-{sheet.title}.txt", "\n".join(lines) + "\n"


def _shown(cell: "openpyxl.cell.Cell") -> str:
    value, form = cell.value, cell.number_format
    if value is None:
        return ""
    if isinstance(value, str):
        return value.replace("\n", "⏎")
    forms = {"0.00": "{:.2f}", "0%": "{:.0%}", "#,##0": "{:,.0f}", "0": "{:.0f}"}
    return forms[form].format(value) if form in forms else f"{value} [{form}]"


class _Seen(HTMLParser):
    """Collects the text of a page, a line for each block, cells side by side."""

    def __init__(self) -> None:
        super().__init__()
        self.text: list[str] = []
        self._hidden = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._hidden += tag in ("script", "style")
        if _BLOCKS.fullmatch(tag):
            self.text.append("\n")
        elif tag in ("td", "th"):
            self.text.append(" | ")

    def handle_endtag(self, tag: str) -> None:
        self._hidden -= tag in ("script", "style")
        if _BLOCKS.fullmatch(tag):
            self.text.append("\n")

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.text.append(" ".join(data.split()) or " ")


def _page(path: Path, width: int | None) -> str:
    seen = _Seen()
    seen.feed(path.read_text(encoding="utf-8"))
    lines = [" ".join(line.split()).strip(" |") for line in "".join(seen.text).split("\n")]
    if width is not None:
        lines = [f"{line[:width]} …" if len(line) > width else line for line in lines]
    return "\n".join(line for line in lines if line) + "\n"


def _briefs(run: Path, folder: Path, names: Sequence[str]) -> Iterator[tuple[str, str]]:
    for number, name in enumerate(names, 1):
        path = folder / "brief.docx"
        said = _say("brief", name, "--run", run, "--out", path)
        assert path.exists(), said
        lines = []
        for block in docx.Document(str(path)).iter_inner_content():
            if hasattr(block, "rows"):
                lines += [" | ".join(cell.text for cell in row.cells) for row in block.rows]
            else:
                lines.append(block.text)
        yield f"brief_{number}.txt", "\n".join(lines) + "\n"


if __name__ == "__main__":
    for one in sys.argv[1:] or RUNS:
        keep(one)
        print(f"tests/golden/{one}_run: git diff shows what changed")
