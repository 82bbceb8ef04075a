"""The questions that an assistant may ask: each a model of its arguments and how it is answered.

A question is added by one class here: its arguments are the fields, ``title`` and ``about`` are
what people and assistants read of it, ``answer`` reads the answer off what is known.
"""

import itertools
from typing import Annotated, ClassVar

import pandas as pd
from pydantic import BaseModel, ConfigDict, Field

from chainmatch.chains.graph import names_of, near_words, trace
from chainmatch.chains.views import chain_id
from chainmatch.errors import RunError
from chainmatch.matching.tables import match
from chainmatch.mcp.answers import Answer, nothing
from chainmatch.mcp.firms import card, take_node, take_row, why_not
from chainmatch.mcp.known import Known
from chainmatch.report.facts import Record, records
from chainmatch.report.runs.explaining import asked_of
from chainmatch.schema.columns import TABLES
from chainmatch.schema.records import Point, points_text
from chainmatch.schema.words import GAP_KINDS, GRADES, PARTNERS, STATUS, WAYS, word
from chainmatch.tables.bounds import MAX_CELL, MAX_WORDS
from chainmatch.util.rounding import figure

Firm = Annotated[
    str, Field(min_length=1, max_length=MAX_WORDS, description="企业编号或名称，名称可以是任何写法")
]
Limit = Annotated[int, Field(ge=1, le=50, description="最多几条")]


class Question(BaseModel):
    """Arguments of a question; ``answer`` raises ChainmatchError where it cannot be asked."""

    model_config = ConfigDict(extra="forbid")
    name: ClassVar[str]
    title: ClassVar[str]
    about: ClassVar[str]

    def answer(self, known: Known) -> Answer:
        """Answer from what is known."""
        raise NotImplementedError


class FindFirm(Question):
    """Firms of the run by any form of a name."""

    name = "find_firm"
    title = "查企业"
    about = "按全称、简称、有错字的名称、信用代码、拼音或首字母查这次运算里的企业。"
    text: Firm
    limit: Limit = 5

    def answer(self, known: Known) -> Answer:
        """Say who may be meant, best first."""
        found = known.firms.found(self.text, self.limit)
        if not found:
            return nothing(f"这次运算里没有名称像“{self.text}”的企业。")
        answer = Answer()
        for place, firm in enumerate(found, 1):
            state = known.state(firm.firm_id)
            own = answer.row("worked out", f"find-{place}", {**firm._asdict(), "state": state})
            rows = [own, *take_row(answer, known, firm.firm_id)]
            answer.say(f"{firm.name}（{state}）：{firm.why}，相符程度 {figure(firm.score)}。", rows)
        answer.formula(
            "相符程度：同一编号或名称为 1，只是写法不同为 0.98，其余按简称、错字和拼音折算"
        )
        return answer


class MatchText(Question):
    """Nodes of the chains that a business scope speaks of."""

    name = "match_text"
    title = "识别经营范围"
    about = "看一段经营范围（或主营产品）处在哪些产业链环节，凭哪一句话。"
    scope: Annotated[str, Field(max_length=MAX_CELL, description="经营范围原文")] = ""
    products: Annotated[str, Field(max_length=MAX_CELL, description="主营产品")] = ""
    firm: Annotated[str, Field(max_length=MAX_WORDS, description="企业名称，可以不写")] = ""
    limit: Limit = 3

    def answer(self, known: Known) -> Answer:
        """Say the best nodes, each with the phrase that stands for it."""
        row = {"name": self.firm, "scope": self.scope, "products": self.products}
        firms = pd.DataFrame([dict.fromkeys(TABLES["firms"], "") | row])
        found = match(firms, known.graph, top=self.limit, matcher=known.matcher)
        fits = [fit for fit in records(found) if fit["node"]]
        if not fits:
            return nothing("这段文字没有写到任何产业链环节。")
        answer = Answer()
        for fit in fits:
            chain = known.graph.graph["chains"][fit["chain"]]["name"]
            own = answer.row("match", fit["node"], fit | {"chain_name": chain})
            answer.say(
                f"{fit['node_name']}（{chain}）：契合度 {figure(fit['fit'])}，"
                f"依据{word(GRADES, fit['grade'])}，原文“{fit['evidence']}”。",
                [own],
            )
        answer.formula("契合度＝1/(1＋e^−(截距＋Σ权重×特征))，特征见 docs/how-scores-work.md")
        return answer


class TraceChain(Question):
    """Paths of supplies between two products."""

    name = "trace_chain"
    title = "追溯产业链"
    about = "从一种产品到另一种产品，货物经过哪些环节（供给关系），每一步的出处。"
    start: Annotated[str, Field(min_length=1, max_length=MAX_WORDS, description="起点，如 钨精矿")]
    end: Annotated[str, Field(min_length=1, max_length=MAX_WORDS, description="终点，如 刀具")]
    limit: Limit = 5

    def answer(self, known: Known) -> Answer:
        """Say the paths, shortest first."""
        graph = known.graph
        found = trace(graph, self.start, self.end, self.limit)
        for term, nodes in ((self.start, found.starts), (self.end, found.ends)):
            if not nodes:
                near = "、".join(near_words(graph, term))
                hint = f"，相近的有：{near}" if near else ""
                return nothing(f"产业链里没有叫“{term}”的环节或产品{hint}。")
        if not found.paths:
            return nothing(f"没有从“{self.start}”到“{self.end}”的供给路径。")
        answer = Answer()
        for number, path in enumerate(found.paths, 1):
            steps = list(itertools.pairwise(path))
            rows = [self._supply(answer, known, start, end) for start, end in steps]
            whole = {"path": " → ".join(names_of(graph, path)), "steps": len(steps)}
            rows.append(answer.row("worked out", f"path-{number}", whole))
            answer.say(f"{whole['path']}（{whole['steps']} 步）。", rows)
        answer.formula("步数＝路径上供给关系的条数，最短的在前")
        return answer

    @staticmethod
    def _supply(answer: Answer, known: Known, start: str, end: str) -> str:
        graph = known.graph
        edge = graph.edges[start, end]
        cited = graph.graph["sources"].get((edge["chain"], edge["source"]), {})
        names = dict(zip(("start_name", "end_name"), names_of(graph, (start, end)), strict=True))
        cells = {"start": start, "end": end, **names, "source": edge["source"], **cited}
        return answer.row("supplies", f"{start}>{end}", cells)


class Gaps(Question):
    """Gaps of the county."""

    name = "gaps"
    title = "产业链缺口"
    about = "本县缺什么、该招什么：按缺口得分从高到低；可只要一条产业链、一个环节或一种去向。"
    chain: Annotated[str, Field(max_length=60, description="产业链编号或名称")] = ""
    node: Annotated[str, Field(max_length=60, description="环节编号或名称")] = ""
    way: Annotated[
        str, Field(pattern="^(|recruit|grow|closed)$", description="可招、需本地培育、不接收")
    ] = ""
    limit: Limit = 10

    def answer(self, known: Known) -> Answer:
        """Say the gaps with status, kind, score and reason."""
        wanted = {"way": self.way} if self.way else {}
        if self.chain:
            wanted["chain"] = chain_id(known.graph, self.chain)
        rows = known.rows("gaps", **wanted)
        if self.node:
            rows = [row for row in rows if self.node in (row["node"], row["node_name"])]
        else:
            rows = [row for row in rows if row["kind"] or self.way == "closed"]
        if not rows:
            return nothing("这次运算里没有这样的缺口或环节。")
        rows.sort(key=lambda row: (-(row["score"] or 0.0), row["node"]))
        answer = Answer()
        for row in rows[: self.limit]:
            head = [word(STATUS, row["status"])]
            head += [word(GAP_KINDS, row["kind"])] if row["kind"] else ["不是缺口"]
            head += [word(WAYS, row["way"])] if row["way"] else []
            scored = "" if row["score"] is None else f"，缺口得分 {figure(row['score'])}"
            own = take_node(answer, known, row)
            answer.say(f"{row['node_name']}：{'，'.join(head)}{scored}。{row['why']}", own)
        return answer


class Shortlist(Question):
    """The firms on the list."""

    name = "shortlist"
    title = "精准招商清单"
    about = "清单上的企业，按位次；每家说环节、得分和推荐理由。"
    first: Annotated[int, Field(ge=1, le=10_000, description="从第几位起")] = 1
    limit: Limit = 10

    def answer(self, known: Known) -> Answer:
        """Say the firms in the order of the list."""
        chosen = known.table("shortlist")
        part = chosen[chosen["rank"] >= self.first].head(self.limit)
        if part.empty:
            return nothing(
                f"清单共 {len(chosen)} 家，没有第 {self.first} 位。"
                if len(chosen)
                else "清单是空的。"
            )
        answer = Answer()
        for row in part.to_dict("records"):
            rows = take_row(answer, known, str(row["firm_id"]))
            kept: tuple[Point, ...] = row["reasons"]
            why = f"理由：{points_text(kept)}" if kept else "没有能说出的理由"
            answer.say(
                f"第 {row['rank']:.0f} 位：{row['name']}，{row['node_name']}，"
                f"得分 {figure(row['score'], 3)}。{why}。",
                rows,
            )
        return answer


class Explain(Question):
    """Everything that the run says of a firm."""

    name = "explain"
    title = "说明一家企业"
    about = "一家企业的依据卡：为什么入选或未入选、各分项、缺口、本地伙伴、最薄弱的几点。"
    firm: Firm

    def answer(self, known: Known) -> Answer:
        """Say the card of the firm, line by line."""
        asked = asked_of(self.firm, known.tables())
        return card(known, asked)


class WhyNot(Question):
    """Why a firm is not on the list."""

    name = "why_not"
    title = "为什么没入选"
    about = "一家企业为什么不在清单上：哪条准入条件、哪项要求、哪个名额，或只是得分不及。"
    firm: Firm

    def answer(self, known: Known) -> Answer:
        """Say the one reason that came first."""
        return why_not(known, asked_of(self.firm, known.tables()))


class WhatIf(Question):
    """What changes if firms come."""

    name = "what_if"
    title = "如果这些企业来了"
    about = (
        "试算：目标企业落户后，哪些环节补上、清单和线索怎样变；只问一家时，也说它差什么才能上清单。"
        "要读原来的名单，第一次约需一次运算的时间。"
    )
    firms: Annotated[
        list[Firm], Field(min_length=1, max_length=10, description="目标企业的编号或名称")
    ]

    def answer(self, known: Known) -> Answer:
        """Say what changes; nothing is written."""
        from chainmatch.scenarios.whatif import whatif
        from chainmatch.scenarios.wording import TELLING

        for firm in self.firms:  # said at once, before anything is computed
            asked_of(firm, known.tables())
        run, notes = known.again()
        found = whatif(self.firms, run)
        told = found.as_dict()
        lift = told.pop("lift") or {}
        tables: dict[str, list[Record]] = {
            name: rows for name, rows in told.items() if name not in ("notes", "waiting", "scores")
        }
        tables |= {name: lift.pop(name) for name in ("needs", "ways") if lift}
        answer = Answer()
        rows = [
            answer.row(f"whatif.{name}", number, row)
            for name, table in tables.items()
            for number, row in enumerate(table, 1)
        ]
        counts = {name: len(table) for name, table in tables.items()}
        rows.append(
            answer.row("worked out", "what-if", {**counts, "waiting": told["waiting"], **lift})
        )
        for line in (*(f"注意：{note}。" for note in notes), *found.text().splitlines()):
            if line.strip():
                answer.say(line, rows)
        answer.formula(
            "名单按“这些企业已在本地”重新算一遍，规则、权重都不变；前后相比",
            f"缺口得分变化不到 {TELLING:g} 的环节只计数，不逐个列名",
        )
        return answer


class Leads(Question):
    """Partners of leads."""

    name = "leads"
    title = "招商线索"
    about = "线索的可谈对象和理由；不写 lead 时，列出各条线索的第一个对象。"
    lead: Annotated[str, Field(max_length=MAX_WORDS, description="线索编号，或标题里的字")] = ""
    limit: Limit = 10

    def answer(self, known: Known) -> Answer:
        """Say the partners, best first."""
        found = known.rows("leads")
        asked = self.lead.strip()
        if asked:
            own = [row for row in found if row["lead_id"] == asked]
            found = own or [row for row in found if asked in row["title"]]
            if not found:
                raise RunError(f"这次运算里没有编号或标题是“{asked}”的线索，或它没有可谈的对象。")
        else:
            found = [row for row in found if row["rank"] == 1]
        if not found:
            return nothing("这次运算没有读入线索，或线索都没有可谈的对象。")
        answer = Answer()
        answer.formula("得分＝该对象谈得成的把握 0…1，由做不做得到、远近、规模和写得清不清楚算出")
        for row in found[: self.limit]:
            place = f"{row['lead_id']}-{row['rank']}-{row['partner_kind']}"
            rows = [answer.row("leads", place, row)]
            score = "" if row["score"] is None else f"，得分 {figure(row['score'])}"
            title, kind = row["title"] or row["lead_id"], word(PARTNERS, row["partner_kind"])
            answer.say(
                f"{title}（{row['kind']}）第 {row['rank']} 个对象："
                f"{row['partner_name']}（{kind}）{score}。{row['why']}",
                rows,
            )
        return answer


QUESTIONS: dict[str, type[Question]] = {
    question.name: question
    for question in (
        FindFirm, MatchText, TraceChain, Gaps, Shortlist, Explain, WhyNot, WhatIf, Leads,
    )
}  # fmt: skip
