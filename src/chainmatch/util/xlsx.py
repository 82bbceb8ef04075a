"""How every workbook is written: the same content gives the same bytes, text stays text."""

from datetime import datetime
from typing import Any

# A fixed day: the file must not say when it was written.
FIXED_PROPERTIES: dict[str, Any] = {
    "title": "精准招商清单",
    "subject": "产业链缺口与目标企业",
    "author": "chainmatch",
    "created": datetime(2026, 1, 1),
}
WORKBOOK_OPTIONS: dict[str, Any] = {
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}
