"""The normal form of a company name: what two careful clerks would both write."""

import re
import unicodedata
from functools import cache, lru_cache

from chainmatch.names.notes import other_names_in, without_notes, without_number
from chainmatch.util.text import traditional

# Radicals that text recognition puts for characters and that NFKC leaves alone.
_RADICALS = dict(
    zip(
        "⺁⺇⺊⺎⺏⺐⺙⺝⺠⺢⺪⺬⺮⺶⺻⺼⻁⻄⻅⻆⻉⻋⻒⻓⻔⻖⻗⻘⻙⻚⻛⻜⻝⻢⻣⻤⻥⻦⻧⻨⻩⻬⻮⻰",
        "厂几卜兀尢尢攵月民氵疋示竹羊聿月虎西见角贝车卤长门阝雨青韦页风飞食马骨鬼鱼鸟卤麦黄齐齿龙",
        strict=True,
    )
)
_BRACKETS = str.maketrans("[]{}【】〔〕〖〗〈〉<>", "()()()()()()()")
_DROPPED = re.compile(
    r"[\s\u00ad\u180b-\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff\u0000-\u001f]+"
)
_NOTE = re.compile(
    r"\((?:存续|在业|在营|开业|正常|迁[出入]|(?:已)?(?:吊销|注销|撤销)[^()]*|停业|歇业|清算中?|筹建)\)"
    r"|\((?:以下)?(?:简称|又称|又名|原名|原称|原|曾用名|别名|注|备注|已更名|更名为|现名|即)[:：]?[^()]*(?:\([^()]*\)[^()]*)*\)"
)
_EDGES = re.compile(r"^[.,。、;；:：'\"“”‘’`*#\-_~!?·]+|[.,。、;；:：'\"“”‘’`*#\-_~!?·]+$")
_QUOTES = re.compile(r"['\"“”‘’`「」『』《》]")
_DOTS = re.compile(r"[·•‧・∙⋅･]")
_MARKS = re.compile(r"[()·.,:;、，。\-—_/&+*]")


@cache
def _simplified() -> dict[int, str]:
    """Return the table of traditional characters and stray radicals for ``str.translate``."""
    return {
        **{ord(radical): character for radical, character in _RADICALS.items()},
        **traditional(),
    }


def _evened(name: str) -> str:
    text = unicodedata.normalize("NFKC", without_number(name))
    text = text.translate(_simplified()).translate(_BRACKETS)
    return _DOTS.sub("·", _QUOTES.sub("", _DROPPED.sub("", text))).upper()


@lru_cache(maxsize=1 << 14)  # of a name that is parsed and looked up
def normal_name(name: str) -> str:
    """Return the normal form of a company name: what two careful clerks would both write.

    Full-width letters, Kangxi radicals, traditional characters, every kind of bracket, blanks and
    invisible characters, quotation marks and trailing dots are evened out; notes such as
    ``(简称：…)``, ``(新增)`` and an English name go, and a number before the name. Brackets stay as
    ``(`` and ``)``, letters become upper case.
    """
    text = _evened(name)
    if "(" in text:
        text = _NOTE.sub("", text)
    return _EDGES.sub("", without_notes(_EDGES.sub("", text)))


def other_names(name: str) -> tuple[str, ...]:
    """Return the other names of the firm that a written name gives: (原名：…), 曾用名…, 更名为…."""
    return other_names_in(_evened(name))


def key_of(normal: str) -> str:
    """Return a normal form without marks: names are compared by it."""
    return _MARKS.sub("", normal)
