"""What a file is, is told by its content: tables under wrong names, pages saved as workbooks."""

from pathlib import Path

import pytest
import xlsxwriter

from chainmatch.errors import TableError
from chainmatch.tables import read_firms

ROWS = [
    ["企业名称", "所属城市", "注册资本（万元）", "经营范围"],
    ["甲川茶业有限公司", "商洛市", "100", "茶叶加工；茶叶销售"],
    ["乙山食用油厂", "深圳市", "1,200.5", "核桃油生产"],
]
NAMES = ["甲川茶业有限公司", "乙山食用油厂"]


def _xlsx(path: Path) -> None:
    book = xlsxwriter.Workbook(str(path))
    sheet = book.add_worksheet()
    for at, row in enumerate(ROWS):
        sheet.write_row(at, 0, row)
    book.close()


def _xls(path: Path) -> None:
    xlwt = pytest.importorskip("xlwt")
    book = xlwt.Workbook()
    sheet = book.add_sheet("表")
    for i, row in enumerate(ROWS):
        for j, value in enumerate(row):
            sheet.write(i, j, value)
    with path.open("wb") as file:
        book.save(file)


def _html(cell: str = "td", before: str = "", after: str = "") -> str:
    rows = (
        "".join(f"<{cell} style='vnd.ms-excel.numberformat:@'>{v}</{cell}>" for v in r)
        for r in ROWS
    )
    return f"{before}<table border=1>{''.join(f'<tr>{r}</tr>' for r in rows)}</table>{after}"


XML = (
    '<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?>'
    '<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet" '
    'xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet"><Worksheet ss:Name="企业"><Table>'
    + "".join(
        "<Row>" + "".join(f'<Cell><Data ss:Type="String">{v}</Data></Cell>' for v in r) + "</Row>"
        for r in ROWS
    )
    + "</Table></Worksheet></Workbook>"
)
META = (
    '<html><head><meta charset="{}"><title>导出</title><style>td{{color:red}}</style></head><body>'
)
TABS = "\n".join("\t".join(row) for row in ROWS)

WRITTEN = {
    "xlsx.xls": _xlsx,
    "xlsx.et": _xlsx,
    "xlsx.csv": _xlsx,
    "xlsx.XLS": _xlsx,
    "xlsx": _xlsx,
    "xls.xlsx": _xls,
    "xls.et": _xls,
    "xls.csv": _xls,
    "page.xls": _html().encode(),
    "page-gbk.xls": _html(before=META.format("gb2312"), after="</body></html>").encode("gb18030"),
    "page-utf8.xls": ("\ufeff" + _html(before=META.format("utf-8"))).encode(),
    "page-utf16.xls": _html(before=META.format("utf-16")).encode("utf-16"),
    "page-no-charset.xls": _html("th").encode("gb18030"),
    "page.xlsx": _html(before="<!-- 导出 -->\n<div>").encode(),
    "page-open.xls": _html().replace("</td>", "").replace("</tr>", "").encode(),
    "old.xls": XML.encode(),
    "tabs.csv": TABS.encode("gb18030"),
    "tabs.xls": TABS.encode("utf-16"),
    "tabs.xlsx": TABS.encode(),
    "archive.xls": (
        "MIME-Version: 1.0\nContent-Type: multipart/related; boundary=\"b\"\n\n--b\n"
        "Content-Type: text/html; charset=\"utf-8\"\nContent-Transfer-Encoding: 8bit\n\n"
        + _html(before=META.format("utf-8")) + "\n--b--\n"
    ).encode(),
}  # fmt: skip


@pytest.mark.parametrize("name", WRITTEN)
def test_a_table_is_read_whatever_it_is_called(name: str, tmp_path: Path) -> None:
    path, content = tmp_path / name, WRITTEN[name]
    path.write_bytes(content) if isinstance(content, bytes) else content(path)
    firms = read_firms(path).table
    assert firms["name"].tolist() == NAMES
    assert firms["capital"].tolist() == [100.0, 1200.5]
    assert firms["city"].tolist() == ["商洛", "深圳"]


def test_cells_of_a_page_that_span_rows_and_columns(tmp_path: Path) -> None:
    page = (
        "<table><tr><td colspan=3>茶业<br>名录</td></tr>"
        "<tr><th>地区</th><th>企业名称</th><th>产品</th></tr>"
        "<tr><td rowspan=2>商洛市</td><td>甲川茶业有限公司</td><td>绿茶</td></tr>"
        "<tr><td>乙山茶业有限公司</td><td>红茶</td></tr></table>"
        "<script>var a = '<td>丙</td>';</script>"
    )
    (tmp_path / "a.xls").write_text(page, encoding="utf-8")
    firms = read_firms(tmp_path / "a.xls").table
    assert firms[["name", "region", "products"]].to_numpy().tolist() == [
        ["甲川茶业有限公司", "商洛市", "绿茶"],
        ["乙山茶业有限公司", "商洛市", "红茶"],
    ]


@pytest.mark.parametrize(
    "page",
    ["<html><body>请先登录</body></html>", "<!DOCTYPE html><div>404</div>", "<table></table>"],
)
def test_a_page_without_a_table_is_refused(page: str, tmp_path: Path) -> None:
    (tmp_path / "a.xls").write_text(page, encoding="utf-8")
    with pytest.raises(TableError, match="没有表格的网页"):
        read_firms(tmp_path / "a.xls")


def test_a_cell_that_claims_to_span_the_world_spans_itself(tmp_path: Path) -> None:
    page = _html().replace("<td", "<td colspan=999999999 rowspan=99999999", 1)
    (tmp_path / "a.xls").write_text(page, encoding="utf-8")
    assert read_firms(tmp_path / "a.xls").table["name"].tolist() == NAMES
