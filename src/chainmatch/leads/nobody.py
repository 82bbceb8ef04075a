"""名单中没有: that nobody on the lists answers a lead, or a part of it, as an answer of its own.

It says what was sought, who came nearest and in what words, and what kind of firm to look for.
"""

from collections.abc import Iterator, Sequence

from chainmatch.leads.book import Book, Partner
from chainmatch.leads.clauses import KINDS, NEED
from chainmatch.leads.reading import LeadReading, Mention

CLEAR = 0.7  # mentions from here on are asked for by themselves


def nobody(
    reading: LeadReading, partners: Sequence[Partner], nearest: Partner | None, book: Book
) -> Iterator[str]:
    """Yield one sentence, without its full stop, for all that nobody answers; none if all is."""
    if reading.kind not in KINDS:
        yield f"未匹配：线索类型“{reading.kind}”不在{'、'.join(KINDS)}之内，请补正"
        return
    offers = [mention for mention in reading.offers if mention.way == "do"]
    sought = list(reading.seeks) or offers
    if not sought:
        yield "未匹配：文字中没有认出产业链的任何环节，请补充具体产品或业务名称"
        return
    served = {partner.node for partner in partners}
    left = [
        mention
        for mention in sought
        if mention.things and mention.weight >= CLEAR
        if served.isdisjoint((mention.node or mention.word, book.names.get(mention.node, "")))
        if not mention.node or reading.kind == NEED or not partners
    ]
    if not left and partners:
        return
    left = left or sought
    where = f"{'、'.join(reading.zones)}的" if reading.zones else ""
    told = [f"名单中没有{where}能做“{_words(left)}”的企业"]
    if nearest and not partners:
        told.append(f"最接近的是{nearest.name}（{nearest.why}）")
    kinds = [book.names[mention.node] for mention in left if mention.node]
    if kinds:
        told.append(f"可另找“{'、'.join(dict.fromkeys(kinds))}”类企业")
    else:
        told.append("产业链中没有对应环节，须另行对接")
    yield "；".join(told)


def _words(mentions: Sequence[Mention]) -> str:
    words = (thing.beside + thing.word for m in mentions for thing in m.things)
    return "、".join(dict.fromkeys(words)) or mentions[0].word
