"""A normalised scope is cut into clauses; what the law and the registry say in it is blanked."""

import re
from collections.abc import Iterator

_CLAUSE = re.compile(r"(?:[^;。\n()]++|\([^()]*+(?:\([^()]*+\)[^()]*+)*+\)|[()])+")
_HEADING = re.compile(
    "(?:一般|许可|前置许可|后置许可)?(?:经营)?(?:项目|范围)(?:以登记机关核准为准)?[:]"
)

# Sentences of the law and of the registry: they name no trade of the firm.
_BOILERPLATE = re.compile(
    "法律[、,]?(?:行政)?法规[^;。]{0,40}?(?:禁止|应当许可|规定)[^;。]*[;。]?"
    "|(?:依法)?须经(?:相关部门)?(?:审批|批准)的(?:项目|经营项目)?[^;。)]{0,50}"
    "|企业依法自主选择经营项目[^)]*"
    "|(?:未经|经)(?:相关部门)?(?:批准|审批|许可)[^;。)]{0,24}(?:不得|方可)[^;。)]{0,24}"
    "|凭(?:有效)?(?:营业执照|许可证|资质)[^,;。)]{0,24}(?:经营|活动)"
    "|(?:国家)?限定(?:公司|企业)经营[^;。)]{0,30}"
    "|市场主体自主选择经营[^;。)]*"
)


def clauses(normal: str) -> Iterator[tuple[int, str]]:
    """Yield (position, text) of each clause of a normalised scope, boilerplate blanked out."""
    if "批准" in normal or "许可" in normal or "法规" in normal or "限定" in normal:
        normal = _BOILERPLATE.sub(_blank, normal)
    if ":" in normal:
        normal = _HEADING.sub(_close, normal)
    if "(" in normal or ")" in normal:
        for found in _CLAUSE.finditer(normal):
            yield found.start(), found[0]
        return
    position = 0
    for clause in normal.replace("。", ";").replace("\n", ";").split(";"):
        if clause:
            yield position, clause
        position += len(clause) + 1


def _blank(found: re.Match[str]) -> str:
    return " " * len(found[0])


def _close(found: re.Match[str]) -> str:
    """A heading ends the clause in front of it."""
    return ";" * len(found[0])
