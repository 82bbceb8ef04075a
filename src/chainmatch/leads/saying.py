"""Why a firm is proposed, in one sentence without its full stop."""

from typing import TYPE_CHECKING

from chainmatch.leads.book import Book, Firms, money, yuan
from chainmatch.leads.clauses import NEED, PROJECT, WILL
from chainmatch.leads.reading import LeadReading
from chainmatch.leads.wording import Place, item_around

if TYPE_CHECKING:
    from chainmatch.leads.firms import Prospect

CLOSE = 0.75  # from here on a phrase says what the lead says


def firm_why(
    reading: LeadReading, one: "Prospect", place: Place | None, firms: Firms, book: Book
) -> str:
    """Say what the firm does for the lead, with its own words, and what speaks against it."""
    firm = firms.firms[one.firm]
    told = [_relation(reading, one, firms, book), *_quoted(reading, one, place, firms)]
    if firms.kind == "target" and reading.kind == PROJECT and reading.amount and firm.capital > 0:
        told.append(f"注册资本{yuan(firm.capital)}，项目需{money(reading.amount)}")
    if firms.kind == "target" and firm.zone:
        told.append(f"位于{firm.zone}")
    if firm.outcome:
        told.append(f"此前走访结果为“{firm.outcome}”")
    if firm.gate:
        told.append(f"清单准入条件“{firm.gate}”未通过")
    return "，".join(told)


def _quoted(reading: LeadReading, one: "Prospect", place: Place | None, firms: Firms) -> list[str]:
    """The firm's phrase: the one nearest to what the lead says, else the one for the node."""
    firm = firms.firms[one.firm]
    wanted = "、".join(thing.beside + thing.word for thing in one.mention.things[:2])
    if place and place.start >= 0 and (place.close >= CLOSE or one.doing is None):
        start, end = place.start, place.end
        text = f"{firm.scope}\n{firm.products}\n{firm.name}"
        left, right = item_around(firms.texts[one.firm], start, end)
        phrase = text[left:right].strip()
        where = "经营范围" if end <= len(firm.scope) else "主营产品"
        where = "名称" if start > len(firm.scope) + len(firm.products) + 1 else where
        told = [f"{where}写明“{phrase}”"]
    else:
        where = "名称" if one.doing and one.doing.quote in firm.name else "经营范围"
        told = [f"{where}写明“{one.doing.quote if one.doing else ''}”"]
    near = place.close if place else 0.0
    if near < CLOSE and wanted and one.mention.way == "do" and reading.kind != WILL:
        told.append(f"未直接写明“{wanted}”")
    return told


def _relation(reading: LeadReading, one: "Prospect", firms: Firms, book: Book) -> str:
    here = "本地企业" if firms.kind == "local" else "该企业"
    mention = one.mention
    name = book.names.get(mention.node, mention.word)
    match mention.way:
        case "buy":
            return f"{here}处在下游“{name}”环节，可采购{_own(reading)}"
        case "deal":
            return f"{here}经营同类产品，可代销或收购{_own(reading)}"
        case "same":
            return f"{here}同在“{name}”环节，可合资或盘活存量"
    if reading.kind == PROJECT:
        return f"{'本地企业' if firms.kind == 'local' else ''}从事项目所需的“{name}”"
    trades = one.doing is not None and one.doing.activity == "trade"
    makes = mention.node and {"make", "grow"} & set(book.graph.nodes[mention.node]["activities"])
    if reading.kind == NEED and trades and makes:
        return f"{here}经销“{name}”类产品，可供货"
    if reading.kind == WILL:
        return f"{here}处在“{name}”环节，可为其配套供应"
    return f"{here}从事所需的“{name}”"


def _own(reading: LeadReading) -> str:
    words = [offer.word for offer in reading.offers if offer.way == "do"]
    return f"“{words[0]}”" if words else "其产品"
