"""The tools for assistants, asked by a client of the SDK; answers held against the run's files.

The reader here knows the files of the run and nothing of how answers are made: each row must stand
in its file, each figure, firm, node and quotation of a sentence in the rows that it names.
"""

import asyncio
import csv
import json
import math
import os
import re
import sys
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest

pytest.importorskip("mcp")

from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from mcp import Client, StdioServerParameters, stdio_client
from mcp.client.streamable_http import streamable_http_client

from chainmatch.chains.graph import read_chains
from chainmatch.mcp.answers import SCHEMA
from chainmatch.mcp.known import Known
from chainmatch.mcp.protocol import server_of, skill
from chainmatch.mcp.questions import QUESTIONS
from chainmatch.report.runs.explaining import TABLES as STATES
from lifeline import end, start
from waiting import PATIENCE

NUMBER = re.compile(r"\d[\d,]*(?:\.\d+)?")
CHINESE = re.compile(r"[\u4e00-\u9fff]")
# factor（what）×…（weight×part（what）＋…）÷total＝value
FORMULA = re.compile(r"得分＝((?:[\d.]+（[^（）]*）×)*)（(.*)）÷([\d.]+)＝([\d.]+)$")
FORM = Draft202012Validator(SCHEMA)
COMMAND = [sys.executable, "-m", "chainmatch.cli", "mcp"]


@asynccontextmanager
async def over_stdio(*options):
    server = StdioServerParameters(
        command=COMMAND[0], args=[*COMMAND[1:], *options], env=dict(os.environ)
    )
    async with Client(stdio_client(server)) as client:
        yield client


async def ask(client, questions):
    return [await client.call_tool(name, arguments) for name, arguments in questions]


def answers_over_stdio(questions, *options):
    async def asked():
        async with over_stdio(*options) as client:
            return await ask(client, questions)

    return asyncio.run(asked())


def table(folder: Path, name: str) -> list[dict[str, str]]:
    with (folder / f"{name}.csv").open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


# --- a hundred questions --------------------------------------------------------------------------


def spread(rows: list, count: int) -> list:
    """``count`` rows from the first to the last, evenly."""
    step = max(1, (len(rows) - 1) // max(1, count - 1))
    return rows[::step][:count]


class Run:
    """What the files of a run say, read by nobody but :mod:`csv`."""

    def __init__(self, folder: Path) -> None:
        names = (
            "shortlist",
            "scores",
            "excluded",
            "duplicates",
            "locals",
            "gaps",
            "leads",
            "links",
        )
        self.tables = {name: table(folder, name) for name in names}
        own = ("scores", "excluded", "locals")
        self.firms = {row["name"] for name in own for row in self.tables[name]}
        self.nodes = {row["node_name"] for row in self.tables["gaps"]}

    def hundred(self) -> list[tuple[str, dict]]:
        """Questions of every kind, from every table."""
        t, graph = self.tables, read_chains()
        chosen = {row["firm_id"] for row in t["shortlist"]}
        left = [row for row in t["scores"] if row["firm_id"] not in chosen]
        edges = spread(sorted(graph.edges), 12)
        asked = [("find_firm", {"text": row["name"]}) for row in spread(t["scores"], 6)]
        asked += [("find_firm", {"text": row["firm_id"]}) for row in spread(t["excluded"], 3)]
        asked += [("find_firm", {"text": row["name"][2:8]}) for row in spread(t["locals"], 3)]
        asked += [
            ("match_text", {"scope": row["evidence"] + "；货物进出口"})
            for row in spread([row for row in t["locals"] if row["evidence"]], 12)
        ]
        asked += [
            ("trace_chain", {"start": graph.nodes[a]["name"], "end": graph.nodes[b]["name"]})
            for a, b in edges
        ]
        asked += [("gaps", {"chain": chain, "limit": 5}) for chain in graph.graph["chains"]]
        asked += [("gaps", {"way": way}) for way in ("recruit", "grow", "closed")]
        asked += [("gaps", {"node": row["node_name"]}) for row in spread(t["gaps"], 4)]
        asked += [("shortlist", {"first": first, "limit": 4}) for first in range(1, 41, 4)]
        asked += [("explain", {"firm": row["firm_id"]}) for row in spread(t["shortlist"], 7)]
        asked += [("explain", {"firm": row["firm_id"]}) for row in spread(left, 4)]
        asked += [("explain", {"firm": row["name"]}) for row in spread(t["excluded"], 2)]
        asked += [("explain", {"firm": row["firm_id"]}) for row in spread(t["locals"], 3)]
        asked += [("why_not", {"firm": row["firm_id"]}) for row in spread(left, 8)]
        asked += [("why_not", {"firm": row["name"]}) for row in spread(t["excluded"], 4)]
        asked += [("why_not", {"firm": row["name"]}) for row in spread(t["duplicates"], 2)]
        asked += [("why_not", {"firm": row["name"]}) for row in spread(t["shortlist"], 2)]
        asked += [("what_if", {"firms": [row["firm_id"]]}) for row in (t["shortlist"][2], left[3])]
        ids = sorted({row["lead_id"] for row in t["leads"]})
        asked += [("leads", {"lead": lead}) for lead in spread(ids, 7)]
        return [*asked, ("leads", {})]


@pytest.fixture(scope="module")
def files(sample_run):
    return Run(sample_run)


@pytest.fixture(scope="module")
def answered(sample_run, files):
    """Question and answer, each asked over the pipes of a process of its own."""
    questions = files.hundred()
    assert len(questions) == 100
    return list(
        zip(questions, answers_over_stdio(questions, "--run", str(sample_run)), strict=True)
    )


def figures(text: str) -> list[tuple[float, int]]:
    """The numbers of a text, and how many decimals each shows."""
    found = (number.rstrip(",").replace(",", "") for number in NUMBER.findall(text))
    return [(float(text), len(text.partition(".")[2])) for text in found]


def supported(value: float, digits: int, known: list[float]) -> bool:
    near = 0.5 * 10**-digits + 1e-9
    return any(abs(k - value) <= near or abs(100 * k - value) <= near for k in known)


def told(answer: dict, names: list[str]) -> str:
    """All that rows say, keys included."""
    return "\n".join(
        f"{name} {json.dumps(answer['rows'][name], ensure_ascii=False)}" for name in names
    )


def unsupported(sentence: dict, answer: dict, files: Run) -> list[str]:
    """What a sentence says that stands in none of its rows and no formula."""
    text, rows = sentence["text"], told(answer, sentence["rows"])
    ground = f"{rows}\n{' '.join(answer['formulas'])}"
    known = [value for value, _ in figures(ground)]
    if counted := re.match(r"\s*另有(\d+)", text):  # so many more than were named
        return [] if int(counted[1]) < max(known) else [text]
    if re.match(r"\s*\d+\. ", text):  # the number of the line
        text = text.partition(". ")[2]
    lacking = [str(v) for v, digits in figures(text) if not supported(v, digits, known)]
    lacking += [q for q in re.findall("“([^”]+)”", text) if q not in ground.replace('\\"', '"')]
    names = (n for n in (*files.firms, *files.nodes) if n in text)
    return [*lacking, *(name for name in names if name not in rows)]


def test_every_answer_has_the_form_that_is_announced(answered):
    for question, result in answered:
        assert not result.is_error, (question, result.content)
        FORM.validate(result.structured_content)
        assert json.loads(result.content[0].text) == result.structured_content


def test_no_sentence_without_support(answered, files):
    wrong, sentences = [], 0
    for question, result in answered:
        answer = result.structured_content
        for sentence in answer["said"]:
            if not sentence["rows"]:
                assert len(answer["said"]) == 1 and answer["rows"] == {}, question
                continue
            sentences += 1
            if lacking := unsupported(sentence, answer, files):
                wrong.append((question, sentence["text"], lacking))
    assert wrong == []
    assert sentences > 500


def test_the_reader_notices_what_is_made_up(answered, files):
    """Other figures, other firms, words that nobody wrote, put into sentences that were given."""
    stranger = "凭空想象有限公司"
    noticed = {"figure": [], "firm": [], "phrase": []}
    others = sorted(files.firms)
    for _, result in answered:
        answer = result.structured_content
        for place, sentence in enumerate(s for s in answer["said"] if s["rows"]):
            text, changed = sentence["text"], {}
            if figure := re.search(r"\d\.\d{2,}", text):
                other = f"{float(figure[0]) + 0.1234:.4f}"
                changed["figure"] = text.replace(figure[0], other, 1)
            if named := next((firm for firm in files.firms if firm in text), ""):
                changed["firm"] = text.replace(named, others[place * 37 % len(others)])
            if "“" in text:
                changed["phrase"] = text.replace("“", f"“{stranger}", 1)
            for kind, other in changed.items():
                if other != text:
                    noticed[kind].append(
                        bool(unsupported({**sentence, "text": other}, answer, files))
                    )
    shares = {kind: sum(found) / len(found) for kind, found in noticed.items()}
    assert all(len(found) > 40 for found in noticed.values())
    assert shares["figure"] > 0.95 and shares["firm"] > 0.95 and shares["phrase"] == 1, shares


def test_rows_stand_in_the_files_as_they_are_given(answered, files):
    seen = 0
    for _, result in answered:
        for name, cells in result.structured_content["rows"].items():
            kind = name.partition("/")[0]
            if kind not in files.tables:
                continue
            seen += 1
            assert any(same(cells, row) for row in files.tables[kind]), name
    assert seen > 200


def same(cells: dict, row: dict[str, str]) -> bool:
    return cells.keys() == row.keys() and all(
        row[key] == ""
        if cell is None
        else (float(row[key] or "nan") == cell)
        if isinstance(cell, int | float)
        else row[key] == cell or row[key] == f"'{cell}"
        for key, cell in cells.items()
    )


def test_formulas_come_to_what_they_say(answered):
    """Σ weight×part ÷ Σ weight, worked out again from the signs of the formula alone."""
    seen = 0
    for _, result in answered:
        for formula in result.structured_content["formulas"]:
            if not (found := FORMULA.search(formula)):
                continue
            factors, terms, total, value = found.groups()
            product = math.prod(float(number) for number in re.findall(r"([\d.]+)（", factors))
            mean = sum(float(a) * float(b) for a, b in re.findall(r"([\d.]+)×([\d.]+)（", terms))
            assert product * mean / float(total) == pytest.approx(float(value), abs=2e-4), formula
            seen += 1
    assert seen > 60


def of(answered, name):
    return [(q[1], r.structured_content) for q, r in answered if q[0] == name]


def test_firms_are_found_by_name_and_id(answered, files):
    for asked, answer in of(answered, "find_firm"):
        first = answer["rows"]["worked out/find-1"]
        if asked["text"] in files.firms:
            assert first["name"] == asked["text"]
        elif re.fullmatch(r"[0-9A-Zx][0-9A-Za-z]{16,}", asked["text"]):
            assert first["firm_id"] == asked["text"]


def test_what_is_matched_is_quoted_from_the_text(answered):
    for asked, answer in of(answered, "match_text"):
        assert answer["phrases"] or answer["rows"] == {}
        assert all(phrase["text"] in asked["scope"] for phrase in answer["phrases"])


def test_every_step_of_a_trace_is_a_supply_with_a_source(answered):
    graph = read_chains()
    for _, answer in of(answered, "trace_chain"):
        steps = [cells for name, cells in answer["rows"].items() if name.startswith("supplies/")]
        assert steps
        for cells in steps:
            assert graph.edges[cells["start"], cells["end"]]["source"] == cells["source"]


def test_gaps_come_best_first_and_none_is_passed_over(answered, files):
    for asked, answer in of(answered, "gaps"):
        if "chain" not in asked:
            continue
        wanted = [r for r in files.tables["gaps"] if r["chain"] == asked["chain"] and r["kind"]]
        wanted.sort(key=lambda row: (-float(row["score"] or 0), row["node"]))
        assert list(answer["rows"]) == [f"gaps/{row['node']}" for row in wanted[:5]]


def test_the_shortlist_is_the_shortlist(answered, files):
    listed = [f"shortlist/{row['firm_id']}" for row in files.tables["shortlist"]]
    for asked, answer in of(answered, "shortlist"):
        first = asked["first"] - 1
        assert list(answer["rows"]) == listed[first : first + 4]
        if first >= len(listed):
            assert answer["said"][0]["text"] == f"清单共 {len(listed)} 家，没有第 {first + 1} 位。"


def test_what_bars_a_firm_is_what_the_files_say(answered, files):
    gates = {row["name"]: row for row in files.tables["excluded"]}
    kept = {row["name"]: row for row in files.tables["duplicates"]}
    for asked, answer in of(answered, "why_not"):
        (sentence,) = answer["said"]
        if row := gates.get(asked["firm"]):
            assert row["gate"] in sentence["text"] and row["why"].rstrip("。") in sentence["text"]
        elif (row := kept.get(asked["firm"])) and row["kept_id"] != row["firm_id"]:
            assert row["kept_name"] in sentence["text"]


def test_what_if_starts_from_what_the_run_says(answered, files):
    before = {row["node"]: row["score"] for row in files.tables["gaps"]}
    for _, answer in of(answered, "what_if"):
        gaps = [cells for name, cells in answer["rows"].items() if name.startswith("whatif.gaps/")]
        assert gaps
        for row in gaps:
            assert float(before[row["node"]] or "nan") == pytest.approx(row["score_before"])


@pytest.mark.parametrize("name", ["before-versions", "contract-1"])
def test_runs_of_earlier_days_are_answered_with_support(name):
    folder = Path(__file__).parent / "runs" / name
    files, known = Run(folder), Known(folder)
    firms = [row["firm_id"] for kind in STATES for row in spread(files.tables[kind], 4)]
    asked = [(tool, {"firm": firm}) for tool in ("explain", "why_not") for firm in firms]
    asked += [("gaps", {"limit": 50}), ("shortlist", {}), ("leads", {})]
    for question, result in zip(asked, in_process(known, asked), strict=True):
        assert not result.is_error, (question, result.content)
        answer = result.structured_content
        assert [unsupported(s, answer, files) for s in answer["said"] if s["rows"]] == [
            [] for s in answer["said"] if s["rows"]
        ]


# --- the protocol ---------------------------------------------------------------------------------


def in_process(known, questions):
    async def asked():
        async with Client(server_of(known)) as client:
            return await ask(client, questions)

    return asyncio.run(asked())


def test_tools_say_that_they_only_read(sample_run):
    async def listed():
        async with Client(server_of(Known())) as client:
            return (await client.list_tools()).tools

    tools = asyncio.run(listed())
    assert [tool.name for tool in tools] == list(QUESTIONS)
    assert all(tool.annotations.read_only_hint for tool in tools)
    assert all(CHINESE.search(tool.title + tool.description) for tool in tools)
    assert all(tool.input_schema["additionalProperties"] is False for tool in tools)
    assert all(name in skill() for name in QUESTIONS)


def test_without_a_run_chains_and_texts_are_answered():
    found = in_process(
        Known(),
        [
            ("match_text", {"scope": "中药饮片生产"}),
            ("trace_chain", {"start": "钨精矿", "end": "刀具"}),
            ("match_text", {"scope": "代办执照"}),
            ("trace_chain", {"start": "刀具", "end": "钨精矿"}),
            ("shortlist", {}),
        ],
    )
    matched, traced, nothing, none, refused = found
    assert matched.structured_content["phrases"][0]["text"] == "中药饮片生产"
    assert traced.structured_content["said"][0]["text"].startswith("钨矿采选 → ")
    for empty in (nothing, none):
        assert len(empty.structured_content["said"]) == 1
        assert empty.structured_content["rows"] == {}
    assert one_chinese_line(refused) and "--run" in refused.content[0].text


def one_chinese_line(result) -> bool:
    (block,) = result.content
    assert result.is_error and result.structured_content is None
    assert "Traceback" not in block.text and "Error" not in block.text
    return len(block.text.splitlines()) == 1 and bool(CHINESE.search(block.text))


WRONG = [
    ("find_firm", {}),
    ("find_firm", {"text": None}),
    ("find_firm", {"text": "厂" * 100_000}),
    ("find_firm", {"text": 7}),
    ("find_firm", {"text": ["甲"], "limit": []}),
    ("explain", {"firm": "不在其中的企业有限公司"}),
    ("explain", {"firm": "x0000000000000000"}),
    ("explain", {"firm": " "}),
    ("why_not", {"firm": "\u202e\n<script>"}),
    ("what_if", {"firms": []}),
    ("what_if", {"firms": "甲"}),
    ("what_if", {"firms": ["不在其中的企业有限公司"]}),
    ("gaps", {"chain": "no-such-chain"}),
    ("gaps", {"limit": 0}),
    ("gaps", {"limit": 1e300}),
    ("gaps", {"way": "..", "extra": {"a": 1}}),
    ("leads", {"lead": "没有的线索"}),
    ("shortlist", {"first": -1}),
    ("match_text", {"scope": {"a": "b"}}),
    ("match_text", {"scope": "茶" * 40_000}),
    ("trace_chain", {"start": "茶"}),
    ("../../etc/passwd", {}),
]


@pytest.fixture(scope="module")
def known(sample_run):
    return Known(sample_run)


@pytest.mark.parametrize("question", WRONG, ids=lambda question: question[0])
def test_what_cannot_be_asked_is_told_in_one_line(known, question):
    (result,) = in_process(known, [question])
    assert one_chinese_line(result)


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=30),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=5,
)
KEYS = sorted({key for question in QUESTIONS.values() for key in question.model_fields})


@settings(max_examples=60)
@given(st.sampled_from(sorted(QUESTIONS)), st.dictionaries(st.sampled_from(KEYS), ANYTHING))
def test_whatever_is_asked_an_answer_or_one_line_comes_back(known, name, arguments):
    from chainmatch.mcp.protocol import _asked

    result = _asked(known, name, arguments)
    if result.is_error:
        assert one_chinese_line(result) and "内部错误" not in result.content[0].text
    else:
        FORM.validate(result.structured_content)


# --- over HTTP ------------------------------------------------------------------------------------


@asynccontextmanager
async def over_http(url, key):
    import httpx2

    headers = {"Authorization": f"Bearer {key}"} if key else {}
    async with (
        httpx2.AsyncClient(headers=headers) as http,
        Client(streamable_http_client(url, http_client=http)) as client,
    ):
        yield client


@pytest.fixture(scope="module")
def served(sample_run, tmp_path_factory):
    """URL, key and data folder of the tools over HTTP."""
    pytest.importorskip("alembic", reason="the extra serve is not installed")
    import subprocess

    from chainmatch.server.database import open_database, upgrade
    from chainmatch.server.keys import new_key
    from chainmatch.server.settings import Settings, make_folders

    settings = Settings(tmp_path_factory.mktemp("mcp") / "data")
    make_folders(settings)
    engine = open_database(settings.database_url)
    upgrade(engine)
    key = new_key(engine, "助手", "read")
    engine.dispose()
    options = ["--run", str(sample_run), "--http", "--port", "0", "--data", str(settings.data)]
    process = start([*COMMAND, *options], stdout=subprocess.PIPE, text=True)
    try:
        url = re.search(r"http://\S+", process.stdout.readline())[0]
        yield url, key, settings.data
    finally:
        end(process)
        process.stdout.close()


def test_over_http_the_same_is_answered(served, answered):
    url, key, data = served
    some = [(question, result) for question, result in answered if question[0] != "what_if"][::9]

    async def asked():
        async with over_http(url, key) as client:
            return await ask(client, [question for question, _ in some])

    for (_, result), again in zip(some, asyncio.run(asked()), strict=True):
        assert again.structured_content == result.structured_content
    log = [json.loads(line) for line in (data / "audit.jsonl").read_text("utf-8").splitlines()]
    assert {line["key"] for line in log if line["status"] == 200} == {"助手"}


def posted(url, body, **headers):
    import urllib.error
    import urllib.request

    kinds = {"Content-Type": "application/json", "Accept": "application/json, text/event-stream"}
    request = urllib.request.Request(url, body, {**kinds, **headers})
    try:
        with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode()


def call(text: str) -> bytes:
    return (
        '{"jsonrpc":"2.0","id":1,"method":"tools/call",'
        f'"params":{{"name":"find_firm","arguments":{{"text":{text}}}}}}}'
    ).encode()


def test_over_http_the_keys_of_the_service_are_asked_for(served):
    url, key, _ = served
    assert posted(url, call('"茶"'))[0] == 401
    assert posted(url, call('"茶"'), Authorization=f"Bearer {key[:-1]}x")[0] == 401
    assert posted(url, call('"茶"'), Authorization=f"Bearer {key}")[0] == 200


def test_over_http_what_is_broken_brings_nothing_down(served):
    url, key, _ = served
    bearer = {"Authorization": f"Bearer {key}"}
    for body in (
        b"",
        b"{",
        b"[]",
        b"\xff\xfe",
        call('"\\ud800"'),
        call('"\\u0000"'),
        call("[" * 9_000),
    ):
        status, text = posted(url, body, **bearer)
        assert status < 500 and "Traceback" not in text, (body[:40], text)
    with suppress(OSError):  # the line may be closed while the rest is still being sent
        assert posted(url, b" " * (2 << 20), **bearer)[0] == 413
    assert posted(url, call('"茶"'), **bearer)[0] == 200


def test_stdin_that_is_no_protocol_brings_nothing_down(sample_run):
    import subprocess

    hello = {
        "protocolVersion": "2025-06-18",
        "capabilities": {},
        "clientInfo": {"name": "t", "version": "1"},
    }
    lines = [
        "no json",
        '{"a": 1}',
        json.dumps({"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": hello}),
    ]
    done = subprocess.run(
        [*COMMAND, "--run", str(sample_run)],
        input="\n".join(lines) + "\n",
        check=False, capture_output=True, text=True, timeout=PATIENCE,
    )  # fmt: skip
    assert done.returncode == 0 and "Traceback" not in done.stderr
    said = [json.loads(line) for line in done.stdout.splitlines()]
    assert any(
        one.get("result", {}).get("serverInfo", {}).get("name") == "chainmatch" for one in said
    )


def test_a_folder_without_a_run_is_refused_before_anything_is_served(tmp_path, capsys):
    from chainmatch.cli import main

    assert main(["mcp", "--run", str(tmp_path)]) == 2
    assert "不是 rank 的结果文件夹" in capsys.readouterr().err
