"""Lists out of a real PostgreSQL, which the tests start on loopback and stop again."""

import pytest

from chainmatch.cli import main
from chainmatch.errors import OptionError, TableError
from chainmatch.schema.columns import TABLES
from chainmatch.tables import iter_firms, read_firms, read_leads
from chainmatch.tables.sql import database_label
from waiting import wait_for

pytest.importorskip("sqlalchemy")
psycopg = pytest.importorskip("psycopg", reason="the driver psycopg is not installed")

PASSWORD = "geheim%40"  # as a URL writes geheim@
CODE = "91611025123456789X"


@pytest.fixture(scope="module")
def server(postgres: int) -> str:
    """The URL of a database ``county`` with a table of firms, one of leads and one in a schema."""
    fill(postgres)
    return f"postgresql://office:{PASSWORD}@127.0.0.1:{postgres}/county"


def fill(port: int) -> None:
    where = {"host": "127.0.0.1", "port": port, "user": "office", "password": "geheim@"}
    with psycopg.connect(**where, dbname="postgres", autocommit=True) as connection:
        connection.execute("create database county")
    with psycopg.connect(**where, dbname="county") as connection:
        connection.execute(
            'create table "目标企业" ("企业名称" varchar(80), "统一社会信用代码" char(18), '
            '"省份" text, "注册资本（万元）" numeric(14, 2), "成立日期" date, "经营范围" text, '
            '"联系电话" text)'
        )
        rows = [
            ("甲川茶业有限公司", CODE, "陕西", 1200.5, "2004-01-14", "茶叶种植；茶叶销售", "139"),
            ("乙山食用油厂", None, "广东", None, None, "50%以上；核桃油生产：冷榨", "138"),
            (None, None, None, None, None, "无名", None),
        ]
        with connection.cursor() as cursor:
            cursor.executemany('insert into "目标企业" values (%s, %s, %s, %s, %s, %s, %s)', rows)
        connection.execute("create schema park")
        connection.execute('create table park.firms as select * from "目标企业" limit 1')
        connection.execute(
            'create table "线索" as select \'X1\' as "编号", \'寻茶厂\' as "标题", '
            '8000::numeric as "金额（万元）", timestamp \'2024-01-02 08:00\' as "登记日期"'
        )


def test_a_table_is_read_as_a_file_would_be(server: str) -> None:
    reading = read_firms(f"{server}::目标企业")
    assert list(reading.table.columns) == list(TABLES["firms"])
    first, second = reading.table.to_dict("records")
    known = {"name": "甲川茶业有限公司", "firm_id": CODE, "province": "陕西", "capital": 1200.5}
    known |= {"currency": "CNY", "established": "2004-01-14", "source": "county::目标企业"}
    assert known.items() <= first.items()
    assert second["scope"] == "50%以上；核桃油生产：冷榨"
    assert second["capital"] != second["capital"] and second["established"] == ""
    assert reading.rejects["why"].tolist() == ["没有企业名称"]
    assert "涉及个人信息的列未读：联系电话" in "".join(reading.notes)


def test_schemas_and_leads(server: str) -> None:
    assert read_firms(f"{server}::park.firms").table["name"].tolist() == ["甲川茶业有限公司"]
    (lead,) = read_leads(f"{server}::线索").table.to_dict("records")
    assert (lead["lead_id"], lead["amount"], lead["registered"]) == ("X1", 8000.0, "2024-01-02")


def test_a_query_stands_as_it_is_written(server: str) -> None:
    query = (
        'SELECT "企业名称", "经营范围" FROM "目标企业" '
        "WHERE \"经营范围\" LIKE '50%：冷榨' AND 'a:b' <> '1'::text"
    )
    reading = read_firms(f"{server}::{query}")
    assert reading.table["name"].tolist() == ["乙山食用油厂"]
    assert reading.table["source"].tolist() == ["county::查询"]


def count(server: str, query: str) -> int:
    with psycopg.connect(server) as connection:
        return connection.execute(query).fetchone()[0]


def others(server: str) -> int:
    """How many are connected to the database besides whoever asks."""
    return count(
        server,
        "select count(*) from pg_stat_activity where backend_type = 'client backend' "
        "and datname = current_database() and pid <> pg_backend_pid()",
    )


def test_a_long_table_comes_in_pieces_and_no_connection_stays(server: str) -> None:
    query = "select '甲' || i || '茶业有限公司' as name from generate_series(1, 12000) as i"
    pieces = list(iter_firms(f"{server}::{query}", size=5000))
    assert [len(piece.table) for piece in pieces] == [5000, 5000, 2000]
    assert pieces[2].table["name"].iloc[-1] == "甲12000茶业有限公司"
    assert pieces[2].table["row"].iloc[-1] == 12001
    # The server ends its side of a connection after the client has closed it.
    wait_for("no connection to stay", lambda: others(server) == 0)
    begun = iter_firms(f"{server}::{query}", size=10)
    next(begun)
    assert others(server) == 1
    begun.close()
    wait_for("no connection to stay", lambda: others(server) == 0)


def test_nothing_is_ever_changed(server: str) -> None:
    query = 'with gone as (delete from "目标企业" returning *) select * from gone'
    with pytest.raises(TableError, match="读取失败"):
        read_firms(f"{server}::{query}")
    assert count(server, 'select count(*) from "目标企业"') == 3


def test_the_command_reads_a_database(server: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["find", "甲川", "--in", f"{server}::目标企业"]) == 0
    assert "甲川茶业有限公司" in capsys.readouterr().out
    assert main(["check", f"{server}::没有的表"]) == 2
    shown = capsys.readouterr().err
    assert "county::没有的表" in shown and shown.count("\n") == 1


def test_no_message_holds_the_password(server: str) -> None:
    wrong = server.replace(PASSWORD, "falsch")
    for address in (f"{wrong}::目标企业", "postgresql://office:falsch@127.0.0.1:1/x::t"):
        with pytest.raises(TableError, match="读取失败") as caught:
            read_firms(address)
        assert "falsch" not in str(caught.value) and "\n" not in str(caught.value)
    with pytest.raises(OptionError, match="地址写法不对") as refused:
        read_firms("postgresql://office:falsch@127.0.0.1:port/x::t")
    assert "falsch" not in str(refused.value)


@pytest.mark.parametrize(
    ("source", "label"),
    [
        ("postgresql://u:secret@[::1]:5432/county::企业", "county::企业"),
        ("mysql://u:secret@host::企业", "host::企业"),
        ("sqlite:////srv/lists/county.db::select a/b from t", "county.db::查询"),
        ("postgresql://host/county?password=secret::企业", "county::企业"),
    ],
)
def test_labels_name_neither_user_nor_password(source: str, label: str) -> None:
    assert database_label(source) == label


def test_an_address_without_a_table_is_refused() -> None:
    with pytest.raises(OptionError, match="后面要写 :: 和表名或查询"):
        read_firms("postgresql://office:secret@host/county")
    with pytest.raises(OptionError, match="不认识数据库类型“nosuchdb”"):
        read_firms("nosuchdb://host/db::t")
