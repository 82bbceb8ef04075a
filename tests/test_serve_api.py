"""The service's answers, asked of the real application in this process."""

import io
import json
import os
import zipfile
from dataclasses import replace

import pandas as pd
import pytest

pytest.importorskip("fastapi")
pytest.importorskip("httpx2")

from fastapi.testclient import TestClient
from jsonschema import Draft202012Validator

from chainmatch.decision.learning import read_returned
from chainmatch.matching.matcher import Matcher
from chainmatch.report.runs import RunFolder, diff, explain
from chainmatch.schema.columns import TABLES
from chainmatch.server.app import create_app
from chainmatch.server.catalog import load
from chainmatch.server.database import open_database, upgrade
from chainmatch.server.keys import new_key, revoke_key
from chainmatch.server.run_worker import recover
from chainmatch.server.runlog import RunLog
from chainmatch.server.settings import Settings, make_folders
from chainmatch.tables import read_firms
from chainmatch.util.locking import try_lock
from serving import put_run, small_lists

RUN = "00000000000000aa"
HERE = {"base_url": "http://127.0.0.1"}


@pytest.fixture(scope="module")
def known(tmp_path_factory, sample_run):
    """Settings, catalog and engine of a service with one finished run."""
    folder = tmp_path_factory.mktemp("serve")
    targets, local = small_lists(folder)
    settings = Settings(folder / "data", firms=targets, local=local, body=200_000, upload=400_000)
    put_run(settings.data, sample_run, RUN)
    make_folders(settings)
    (settings.lists / "目标.csv").write_bytes(targets.read_bytes())
    engine = open_database(settings.database_url)
    upgrade(engine)
    recover(settings, RunLog(engine))
    yield settings, load(settings), engine
    engine.dispose()


def client_of(known, rate=10_000, **changes):
    settings, catalog, engine = known
    settings = replace(settings, rate=rate, burst=max(1, rate))
    return TestClient(create_app(settings, catalog, engine), **HERE)


@pytest.fixture(scope="module")
def client(known):
    return client_of(known)


def problem(answer, status):
    """The one form of everything that is no success."""
    assert (answer.status_code, answer.headers["content-type"]) == (
        status,
        "application/problem+json",
    )
    body = answer.json()
    assert body["status"] == status and body["type"] == "about:blank"
    assert any("\u4e00" <= sign <= "\u9fff" for sign in body["detail"])
    assert "Traceback" not in answer.text
    return body["detail"]


# --- firms ---------------------------------------------------------------------------------------


def test_a_firm_is_found_by_its_name_its_code_and_its_pinyin(client, known):
    firms = known[1].firms
    name, firm_id = firms["name"].iloc[0], firms["firm_id"].iloc[0]
    for question in (name, f" {name} ", firm_id, name.replace("有限", "")):
        found = client.get("/v1/firms", params={"q": question}).json()["firms"]
        assert found[0]["firm_id"] == firm_id, question
    assert client.get("/v1/firms", params={"q": name, "limit": 1}).json()["firms"] == [
        {"firm_id": firm_id, "name": name, "score": 1.0, "why": "名称相同"}
    ]


def test_what_nothing_resembles_finds_nothing(client):
    assert client.get("/v1/firms", params={"q": "㊀㊁"}).json() == {"firms": []}


def test_the_card_of_a_firm_is_its_row_and_its_best_nodes(client, known):
    _, catalog, _ = known
    firms = read_firms(known[0].local).table
    matcher = Matcher(catalog.graph)
    row = next(r for r in firms.to_dict("records") if matcher.fits(r["scope"], name=r["name"]))
    card = client.get(f"/v1/firms/{row['firm_id']}").json()
    assert (card["name"], card["scope"], card["origin"]) == (row["name"], row["scope"], "local")
    best = matcher.fits(row["scope"], name=row["name"], products=row["products"])[0]
    assert card["fits"][0]["node"] == best.node and card["fits"][0]["fit"] == round(best.fit, 4)
    assert not {"法定代表人", "电话"} & set(json.dumps(card, ensure_ascii=False))


def test_unknown_capital_is_null_not_zero(client, known):
    firms = known[1].firms
    unknown = firms[firms["capital"].isna()]["firm_id"]
    assert len(unknown)
    assert client.get(f"/v1/firms/{unknown.iloc[0]}").json()["capital"] is None


def test_a_firm_that_is_not_there_is_a_problem(client):
    assert "编号" in problem(client.get("/v1/firms/91110000000000000X"), 404)
    problem(client.get("/v1/firms/a.b"), 422)


# --- texts ---------------------------------------------------------------------------------------


def test_texts_are_matched_like_in_the_library_each_by_itself(client, known):
    texts = [
        {"id": "甲", "scope": "中药饮片生产；销售五金"},
        {"id": "乙", "scope": "不含中药饮片生产"},
        {"id": "丙", "scope": "", "name": "某某茶业有限公司"},
    ]
    answer = client.post("/v1/match", json={"texts": texts, "top": 2}).json()["texts"]
    assert [one["id"] for one in answer] == ["甲", "乙", "丙"]
    first = Matcher(known[1].graph).fits("中药饮片生产；销售五金")[0]
    assert (answer[0]["fits"][0]["node"], answer[0]["fits"][0]["fit"]) == (
        first.node,
        round(first.fit, 4),
    )
    assert answer[1]["fits"] == [] and all(len(one["fits"]) <= 2 for one in answer)
    alone = client.post("/v1/match", json={"texts": texts[:1], "top": 2}).json()["texts"]
    assert alone == answer[:1]


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ({"texts": []}, "太少"),
        ({"texts": [{"scope": "茶"}] * 201}, "太多"),
        ({"texts": [{"scope": "茶" * 5001}]}, "太长"),
        ({"texts": [{"name": "甲"}]}, "缺少"),
        ({"texts": [{"scope": "茶", "phone": "139"}]}, "不认识"),
        ({"texts": [{"scope": "茶"}], "top": 0}, "太小"),
    ],
)
def test_texts_are_bounded(client, body, told):
    assert told in problem(client.post("/v1/match", json=body), 422)


def test_a_broken_body_is_said_without_repeating_it(client):
    detail = problem(client.post("/v1/match", content=b'{"texts": <script>'), 422)
    assert "script" not in detail


# --- chains and gaps -----------------------------------------------------------------------------


def test_chains_are_those_of_the_library(client, known):
    graph = known[1].graph
    listed = client.get("/v1/chains").json()["chains"]
    assert {one["chain"] for one in listed} == set(graph.graph["chains"])
    for one in listed:
        chain = client.get(f"/v1/chains/{one['chain']}").json()
        assert len(chain["nodes"]) == one["nodes"]
        assert {node["node"] for node in chain["nodes"]} <= set(graph)
        assert all(graph.has_edge(s["start"], s["end"]) for s in chain["supplies"])


def test_a_map_is_coloured_by_the_local_list_or_by_a_run(client, known):
    path = "/v1/chains/modern-medicine/map.svg"
    local, run = client.get(path), client.get(path, params={"run": RUN})
    assert local.headers["content-type"] == "image/svg+xml"
    assert local.text.startswith("<svg") and 'href="#node-' in local.text
    gaps = RunFolder.open(known[0].runs / RUN).table("gaps")
    own = gaps[gaps["chain"] == "modern-medicine"]
    for status in ("strong", "missing", "no-data"):
        assert run.text.count(f'class="node {status}"') == (own["status"] == status).sum()
    assert local.text != run.text
    assert client.get(path).content == local.content


def test_gaps_are_those_of_the_local_list_or_of_a_run(client, known):
    table = RunFolder.open(known[0].runs / RUN).table("gaps")
    found = client.get("/v1/gaps", params={"run": RUN}).json()["gaps"]
    assert [gap["node"] for gap in found] == table["node"].tolist()
    unknown = table["resources"].isna().tolist()  # a node that lives on no raw material
    assert [gap["resources"] is None for gap in found] == unknown and any(unknown)
    assert list(found[0]) == list(TABLES["gaps"])
    own = client.get("/v1/gaps", params={"chain": "clean-energy"}).json()["gaps"]
    assert {gap["chain"] for gap in own} == {"clean-energy"}
    problem(client.get("/v1/gaps", params={"chain": "none"}), 404)
    problem(client.get("/v1/gaps", params={"run": "0" * 16}), 404)
    problem(client.get("/v1/chains/none"), 404)


def test_a_service_without_lists_says_so(known, tmp_path):
    settings = Settings(tmp_path / "data")
    make_folders(settings)
    engine = open_database(settings.database_url)
    upgrade(engine)
    bare = client_of((settings, load(settings), engine))
    assert "--firms" in problem(bare.get("/v1/firms", params={"q": "茶"}), 404)
    assert "--local" in problem(bare.get("/v1/gaps"), 404)
    nodes = bare.get("/v1/chains/clean-energy").json()["nodes"]
    assert {(node["status"], node["score"]) for node in nodes} == {("", None)}
    engine.dispose()


# --- results of a run ----------------------------------------------------------------------------


def test_files_come_as_they_lie_there(client, known):
    folder = known[0].runs / RUN
    listed = client.get(f"/v1/runs/{RUN}/files").json()["files"]
    assert {(f["name"], f["size"]) for f in listed} == {
        (p.name, p.stat().st_size) for p in folder.iterdir()
    }
    answer = client.get(f"/v1/runs/{RUN}/files/精准招商清单.xlsx")
    assert answer.content == (folder / "精准招商清单.xlsx").read_bytes()
    assert answer.headers["content-disposition"].startswith("attachment")
    packed = client.get(f"/v1/runs/{RUN}/files.zip")
    with zipfile.ZipFile(io.BytesIO(packed.content)) as archive:
        assert archive.testzip() is None
        inside = {name: archive.read(name) for name in archive.namelist()}
    assert inside == {p.name: p.read_bytes() for p in folder.iterdir()}
    assert client.get(f"/v1/runs/{RUN}/files.zip").content == packed.content


@pytest.mark.parametrize(
    "name",
    ["../../chainmatch.db", "..%2F..%2Fchainmatch.db", "%2Fetc%2Fpasswd", "run.json%00", "x"],
)
def test_no_name_leads_out_of_the_folder(client, name):
    answer = client.get(f"/v1/runs/{RUN}/files/{name}")
    assert answer.status_code in (404, 422) and b"SQLite" not in answer.content


def test_a_link_in_a_run_folder_is_not_followed(client, known):
    link = known[0].runs / RUN / "secret.csv"
    link.symlink_to("/etc/passwd")
    try:
        problem(client.get(f"/v1/runs/{RUN}/files/secret.csv"), 404)
    finally:
        link.unlink()


def test_cards_differences_and_lists_are_those_of_the_library(client, known):
    folder = known[0].runs / RUN
    listed = RunFolder.open(folder).table("shortlist")
    name = listed["name"].iloc[0]
    told = client.get(f"/v1/runs/{RUN}/explain", params={"firm": name}).json()
    card = explain(name, folder)
    assert told == {"card": card, **card.as_dict()}
    shown = client.get(f"/v1/runs/{RUN}/shortlist").json()["firms"]
    assert [firm["firm_id"] for firm in shown] == listed["firm_id"].tolist()
    same = client.get(f"/v1/runs/{RUN}/diff", params={"other": RUN}).json()
    assert same == {"causes": list(diff(folder, folder).causes), "moves": []}
    detail = problem(client.get(f"/v1/runs/{RUN}/explain", params={"firm": "没有这家"}), 404)
    assert str(known[0].data) not in detail


def test_outcomes_come_back_as_the_list_that_learn_reads(client, known, tmp_path):
    listed = RunFolder.open(known[0].runs / RUN).table("shortlist")
    scores = RunFolder.open(known[0].runs / RUN).table("scores")
    other = scores[~scores["firm_id"].isin(listed["firm_id"])]["firm_id"].iloc[0]
    told = [
        (listed["firm_id"].iloc[2], "拒绝", "2026-03-01"),
        (listed["firm_id"].iloc[0], "在谈", "2026-03-02"),
        (listed["firm_id"].iloc[0], "签约", "2026-04-02"),
        (other, "未联系", "2026-04-03"),
    ]
    for firm, outcome, day in told:
        sent = {"outcomes": [{"firm_id": firm, "outcome": outcome, "day": day}]}
        answer = client.post(f"/v1/runs/{RUN}/outcomes", json=sent)
        assert answer.status_code == 201, answer.text
    assert client.get(f"/v1/runs/{RUN}/outcomes").json() == answer.json()
    path = tmp_path / "returned.csv"
    path.write_bytes(client.get(f"/v1/runs/{RUN}/returned.csv").content)
    table = pd.read_csv(path, dtype=str, keep_default_na=False)
    assert table["企业编号"].tolist() == [*listed["firm_id"], other]
    assert (table["结果"].iloc[0], table["结果日期"].iloc[0]) == ("签约", "2026-04-02")
    read = read_returned([path])
    assert dict(zip(read["firm_id"], read["outcome"], strict=True)) == {
        told[0][0]: "拒绝",
        told[1][0]: "签约",
    }
    assert read["score"].notna().all()


def test_an_outcome_of_a_stranger_is_refused_and_nothing_is_kept(client, known):
    first = RunFolder.open(known[0].runs / RUN).table("shortlist")["firm_id"].iloc[5]
    both = [{"firm_id": firm, "outcome": "签约", "day": "2026-01-01"} for firm in (first, "X1")]
    before = client.get(f"/v1/runs/{RUN}/outcomes").json()
    problem(client.post(f"/v1/runs/{RUN}/outcomes", json={"outcomes": both}), 404)
    assert client.get(f"/v1/runs/{RUN}/outcomes").json() == before
    both[0]["outcome"] = "谈崩"
    problem(client.post(f"/v1/runs/{RUN}/outcomes", json={"outcomes": both[:1]}), 422)


def test_a_run_without_results_says_so(client, known):
    log = RunLog(known[2])
    log.add("00000000000000bb", {"targets": "a", "local": "b"}, None, "x", 99)
    for path in ("files", "files.zip", "shortlist", "explain?firm=x", "returned.csv"):
        assert "state" in problem(client.get(f"/v1/runs/00000000000000bb/{path}"), 409)
    log.cancel("00000000000000bb")
    problem(client.get("/v1/runs/00000000000000bb/files"), 409)
    problem(client.get("/v1/runs/00000000000000cc/files"), 404)


# --- starting ------------------------------------------------------------------------------------


def test_lists_are_named_not_reached(client, known):
    assert client.get("/v1/lists").json() == {"lists": ["目标.csv"]}
    for name in ("../chainmatch.db", "/etc/passwd", "没有.csv", "sqlite:///x.db::firms"):
        wanted = {"targets": "目标.csv", "local": name}
        assert "local" in problem(client.post("/v1/lists/runs", json=wanted), 404)
    assert [one.name for one in known[0].work.iterdir()] == []


def test_the_queue_has_an_end(known):
    settings, catalog, engine = known
    narrow = client_of((replace(settings, queue=1), catalog, engine))
    wanted = {"targets": "目标.csv", "local": "目标.csv"}
    first = narrow.post("/v1/lists/runs", json=wanted)
    assert first.status_code == 202
    assert first.headers["location"] == f"/v1/runs/{first.json()['id']}"
    second = narrow.post("/v1/lists/runs", json=wanted)
    assert "排队" in problem(second, 429) and int(second.headers["retry-after"]) > 0
    assert len(list(settings.work.iterdir())) == 1
    cancelled = narrow.post(f"/v1/runs/{first.json()['id']}/cancel").json()
    assert cancelled["state"] == "cancelled"
    recover(settings, RunLog(engine))
    assert list(settings.work.iterdir()) == []  # what was sent is gone


def test_large_requests_are_refused_however_they_are_sent(client, known):
    big = b"x" * 300_000
    problem(client.post("/v1/match", content=big), 413)

    def drop_by_drop():
        for _ in range(300):
            yield b" " * 1000

    problem(client.post("/v1/match", content=drop_by_drop()), 413)
    files = {"targets": ("a.csv", b"x" * 450_000), "local": ("b.csv", b"x")}
    problem(client.post("/v1/runs", files=files), 413)
    assert list(known[0].work.iterdir()) == []


# --- keys, rate, strangers -----------------------------------------------------------------------


@pytest.fixture
def locked(known, tmp_path):
    """An application whose database has keys: (client, engine, settings)."""
    settings = Settings(tmp_path / "data")
    make_folders(settings)
    engine = open_database(settings.database_url)
    upgrade(engine)
    return (settings, known[1], engine)


def bearer(key):
    return {"Authorization": f"Bearer {key}"}


def test_once_there_is_a_key_nothing_goes_without(locked):
    key = new_key(locked[2], "项目库", "read")
    client = client_of(locked)
    spec = client.get("/openapi.json").json()
    paths = [path for path in spec["paths"] if path.startswith("/v1/") or path == "/metrics"]
    assert len(paths) > 15
    for path in paths:
        for method in spec["paths"][path]:
            answer = client.request(
                method, path.replace("{run}", RUN).replace("{", "").replace("}", "")
            )
            assert "密钥" in problem(answer, 401), path
            assert answer.headers["www-authenticate"] == "Bearer"
    assert client.get("/v1/chains", headers=bearer(key)).status_code == 200
    assert client.get("/v1/chains", headers={"Authorization": f"Basic {key}"}).status_code == 401
    for path in ("/", "/healthz", "/docs", "/openapi.json", "/static/service.css"):
        assert client.get(path).status_code == 200
    revoke_key(locked[2], "项目库")
    assert client_of(locked).get("/v1/chains", headers=bearer(key)).status_code == 401


def test_a_read_key_changes_nothing(locked):
    key = bearer(new_key(locked[2], "查询", "read"))
    client = client_of(locked)
    for path, body in (
        ("/v1/lists/runs", {"targets": "a", "local": "b"}),
        (f"/v1/runs/{RUN}/cancel", None),
        (
            f"/v1/runs/{RUN}/outcomes",
            {"outcomes": [{"firm_id": "a", "outcome": "签约", "day": "2026-01-01"}]},
        ),
    ):
        assert "write" in problem(client.post(path, json=body, headers=key), 403)


def test_each_key_has_its_own_rate(locked):
    first, second = (bearer(new_key(locked[2], name)) for name in ("a", "b"))
    client = client_of(locked, rate=3)
    statuses = [client.get("/v1/chains", headers=first).status_code for _ in range(4)]
    assert statuses == [200, 200, 200, 429]
    answer = client.get("/v1/chains", headers=first)
    assert int(answer.headers["retry-after"]) == 1
    assert client.get("/v1/chains", headers=second).status_code == 200
    assert client.get("/healthz").status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "evil.example"},  # a name that a stranger points at this machine
        {"Host": "127.0.0.1.evil.example:8765"},
        {"Host": "[::1"},
        {"Origin": "http://[::1"},
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
    ],
)
def test_without_keys_no_page_of_a_stranger_can_start_anything(client, headers):
    wanted = {"targets": "a", "local": "b"}
    problem(client.post("/v1/lists/runs", json=wanted, headers=headers), 403)


def test_the_audit_log_holds_no_firm_no_text_and_no_key(locked):
    key = new_key(locked[2], "项目库")
    client = client_of(locked)
    client.get("/v1/firms", params={"q": "秘密茶业"}, headers=bearer(key))
    client.get("/v1/firms/91110000SECRET000X", headers=bearer(key))
    client.post("/v1/match", json={"texts": [{"scope": "秘密饮片"}]}, headers=bearer(key))
    client.get("/v1/runs/0123456789abcdef", headers=bearer(key))
    client.get("/v1/nowhere/秘密", headers=bearer(key))
    client.get("/v1/chains", headers=bearer("cm_1_wrong"))
    text = locked[0].audit.read_text("utf-8")
    assert "秘密" not in text and "SECRET" not in text and key.split("_", 2)[2] not in text
    lines = [json.loads(line) for line in text.splitlines()]
    assert [(one["key"], one["what"], one["run"], one["status"]) for one in lines] == [
        ("项目库", "GET /v1/firms", "", 200),
        ("项目库", "GET /v1/firms/{firm_id}", "", 404),
        ("项目库", "POST /v1/match", "", 200),
        ("项目库", "GET /v1/runs/{run}", "0123456789abcdef", 404),
        ("项目库", "- -", "", 404),
        ("", "- -", "", 401),
    ]


# --- the house -----------------------------------------------------------------------------------


def test_every_answer_carries_the_headers_of_the_house(client):
    for path in ("/", "/v1/chains", "/v1/nothing", "/openapi.json", "/static/service.js"):
        headers = client.get(path).headers
        policy = headers["content-security-policy"]
        assert "default-src 'none'" in policy and "unsafe" not in policy
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["cache-control"] == "no-store" and "server" not in headers


def test_a_fault_is_a_number_for_the_log_and_nothing_else(known, caplog):
    settings, _, engine = known

    class Broken:
        size = 0
        notes = ()

        @property
        def finder(self):
            raise RuntimeError("secret of the house")

    client = client_of((settings, Broken(), engine))
    answer = client.get("/v1/firms", params={"q": "茶"})
    detail = problem(answer, 500)
    assert "secret" not in answer.text and answer.json()["instance"] in detail
    assert answer.json()["instance"] in caplog.text and "secret of the house" in caplog.text


def test_wrong_methods_are_told_the_right_ones(client):
    answer = client.delete("/v1/runs")
    problem(answer, 405)
    assert answer.headers["allow"] == "GET, POST"


def test_metrics_count_by_route_and_name_nobody(client):
    client.get("/v1/firms/NOBODY0000")
    text = client.get("/metrics").text
    line = 'chainmatch_requests_total{method="GET",route="/v1/firms/{firm_id}",status="404"}'
    assert line in text and "NOBODY0000" not in text
    assert 'chainmatch_runs{state="done"} 1.0' in text


def test_another_slash_is_another_address(client):
    problem(client.get("/v1/chains/", follow_redirects=False), 404)


def test_readiness_needs_somebody_who_carries_out_runs(known):
    client, lock = client_of(known), try_lock(known[0].runner)
    assert client.get("/readyz").json()["status"] == "ok"
    os.close(lock)
    assert "运算" in problem(client.get("/readyz"), 503)
    assert client.get("/healthz").status_code == 200


def test_the_openapi_page_is_a_valid_description(client):
    spec = client.get("/openapi.json").json()
    assert spec["openapi"].startswith("3.1")
    for schema in spec["components"]["schemas"].values():
        Draft202012Validator.check_schema(schema)
    for path, methods in spec["paths"].items():
        for about in methods.values():
            assert about["summary"]
            if path.startswith("/v1/"):
                assert about["security"] and {"401", "422", "429"} <= set(about["responses"])
    assert "cdn" not in client.get("/docs").text
    assert "/v1/runs/{run}/cancel" in client.get("/docs").text
