"""The box of a node in the picture of a chain: name, status in words, kind and score of its gap."""

import math
from collections.abc import Iterator, Mapping
from html import escape

from chainmatch.report.words import GAP_KINDS, STATUS, activities, number, unknown, word

WIDE, HIGH = 122, 50  # of a box, in points
_LINE = 9  # Chinese characters in one line; up to one more is squeezed in


def node_box(
    node: str,
    data: Mapping[str, object],
    place: tuple[int, int],
    status: str | None,
    gap: tuple[str, float],
    link: str,
) -> str:
    """Return a node as SVG: ``place`` is the left edge and the middle of its box, in points."""
    x, y = place[0], place[1] - HIGH // 2
    name = str(data["name"])
    below = activities(data["activities"], most=3) if status is None else word(STATUS, status)
    told = f"{name}，{below}" + (f"，{gap[0]}" if gap[0] else "")
    parts = [
        f'<rect x="{x}" y="{y}" width="{WIDE}" height="{HIGH}" rx="5"/>',
        *_bar(x, y, gap[1]),
        _name(name, x, y),
        f'<text class="small" x="{x + 8}" y="{y + 43}">{escape(below)}</text>',
        f'<text class="value" x="{x + WIDE - 8}" y="{y + 43}">{escape(gap[0])}</text>'
        if gap[0]
        else "",
        f"<title>{escape(told)}</title>",
    ]
    group = f'class="node {status or "plain"}" data-node="{escape(node)}"'
    if link:
        tag = f'<a {group} href="#{escape(link + node)}" aria-label="{escape(told)}">'
        return tag + "".join(parts) + "</a>"
    return f"<g {group}>" + "".join(parts) + "</g>"


def _bar(x: int, y: int, share: float) -> Iterator[str]:
    if share > 0:
        yield (
            f'<rect class="bar" x="{x + 2}" y="{y + HIGH - 4}" '
            f'width="{round((WIDE - 4) * min(1.0, share))}" height="3"/>'
        )


def _name(name: str, x: int, y: int) -> str:
    lines = _wrap(name)
    squeeze = f' textLength="{WIDE - 14}" lengthAdjust="spacingAndGlyphs"'
    text = "".join(
        f'<tspan x="{x + 8}" y="{y + (20 if len(lines) == 1 else 16) + 13 * index}"'
        f"{squeeze if _cells(line) > _LINE else ''}>{escape(line)}</tspan>"
        for index, line in enumerate(lines)
    )
    return f'<text class="name">{text}</text>'


def _wrap(name: str) -> list[str]:
    """Cut a long name into two lines, at a bracket or joint if one is near the middle."""
    if _cells(name) <= _LINE + 1:
        return [name]
    cuts = range(1, len(name))

    def cost(cut: int) -> tuple[float, int]:
        longest = max(_cells(name[:cut]), _cells(name[cut:]))
        joint = name[cut] in "（与和及" or name[cut - 1] in "、/）"
        return max(longest, _LINE) - 2.5 * joint + 0.1 * longest, cut

    cut = min(cuts, key=cost)
    return [name[:cut], name[cut:]]


def _cells(text: str) -> float:
    """Return the width of a text in Chinese characters."""
    return math.fsum(1.0 if ord(char) > 0x2E7F else 0.58 for char in text)


def gap_text(
    node: str, scores: Mapping[str, float] | None, kinds: Mapping[str, str] | None
) -> tuple[str, float]:
    """Return what a box says of its gap, and the score; "" and 0 where there is none."""
    score = None if scores is None else scores.get(node)
    if score is None or unknown(score):
        return "", 0.0
    kind = word(GAP_KINDS, kinds.get(node, "")) if kinds else ""
    return f"{kind or '缺口'} {number(score)}", float(score)
