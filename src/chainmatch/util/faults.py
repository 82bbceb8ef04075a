"""What pydantic finds wrong with a value, in Chinese; never what was sent: it may be anything."""

from collections.abc import Mapping
from typing import Any

_FAULTS = {
    "missing": "缺少",
    "string_too_short": "太短",
    "string_too_long": "太长",
    "string_pattern_mismatch": "写法不对",
    "greater_than_equal": "太小",
    "less_than_equal": "太大",
    "int_parsing": "应为整数",
    "int_parsing_size": "太大",
    "int_from_float": "应为整数",
    "int_type": "应为整数",
    "string_type": "应为文字",
    "string_unicode": "应为文字",
    "list_type": "应为列表",
    "too_long": "太多",
    "too_short": "太少",
    "enum": "不在可选范围内",
    "literal_error": "不在可选范围内",
    "json_invalid": "不是完整的 JSON",
    "extra_forbidden": "不认识",
}
_LIMITS = ("max_length", "min_length", "le", "ge", "expected")


def fault_of(error: Mapping[str, Any], kinds: Mapping[str, str]) -> str:
    """Say where and what of one of ``ValidationError.errors()``.

    ``kinds`` names what the first step of a place is (``query``: 参数); other steps stand as they
    are.
    """
    place, *rest = error["loc"] or ("",)
    steps = rest if place in kinds else [place, *rest]
    where = ".".join(str(part)[:40] for part in steps)
    told = _FAULTS.get(error["type"], "写法不对")
    limits = [str(error["ctx"][key]) for key in _LIMITS if key in error.get("ctx", {})]
    return f"{kinds.get(place, '参数')} {where}：{told}" + (f"（{limits[0]}）" if limits else "")
