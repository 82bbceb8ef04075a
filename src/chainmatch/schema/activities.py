"""What a firm does with a thing, and its Chinese word."""

from typing import Literal

Activity = Literal["make", "grow", "trade", "serve", "operate", "build", "research"]

ACTIVITIES: dict[str, str] = {
    "make": "生产",
    "grow": "种养",
    "trade": "销售",
    "serve": "服务",
    "operate": "经营",
    "build": "施工",
    "research": "研发",
}
