"""Derive the character tables of ``data/names`` (see its README for sources and licences).

    pip install opencc-python-reimplemented pypinyin
    python scripts/make_characters.py REGISTRY.parquet

``traditional.csv``: traditional characters that GB 2312 does not hold → simplified. Characters that
also live in simplified text (乾县, 著) stay out, so that the change can never do harm.
``readings.csv``: readings of every GB 2312 character and of others that names have. A character has
more than one where more than one is usual in company names: each is what pypinyin reads in at
least 3 % of the names (column ``name`` of REGISTRY) that have it, and in five of them.
"""

import importlib.util
import sys
from collections import Counter, defaultdict
from pathlib import Path

import pandas as pd
from pypinyin import lazy_pinyin

KEPT = "昇甯濛"  # traditional once, but in registered names of today
FOLDER = Path(__file__).parents[1] / "data" / "names"


def encodable(character: str, encoding: str) -> bool:
    """Return whether a character exists in an old Chinese character set."""
    try:
        character.encode(encoding)
    except UnicodeEncodeError:
        return False
    return True


def traditional() -> dict[str, str]:
    """Return traditional → simplified from the dictionary of OpenCC."""
    spec = importlib.util.find_spec("opencc")
    if spec is None or spec.origin is None:
        raise SystemExit("pip install opencc-python-reimplemented")
    path = Path(spec.origin).parent / "dictionary" / "TSCharacters.txt"
    pairs = (line.split("\t") for line in path.read_text(encoding="utf-8").splitlines() if line)
    return {
        old: new.split()[0]
        for old, new in pairs
        if encodable(old, "gb18030") and len(old) == 1 and ord(old) < 0x10000 and old not in KEPT
        and not encodable(old, "gb2312") and encodable(new.split()[0], "gb2312")
    }  # fmt: skip


def readings(names: list[str]) -> dict[str, str]:
    """Return character → its usual readings, commonest first."""
    read: dict[str, Counter[str]] = defaultdict(Counter)
    for name in names:
        spelled = lazy_pinyin(name, errors=list)
        for character, reading in zip(name, spelled, strict=True):
            if character >= "\u4e00":
                read[character][reading] += 1
    result = {character: lazy_pinyin(character)[0] for character in gb2312()}
    for character, counts in read.items():
        usual = [
            reading
            for reading, count in counts.most_common()
            if reading.isascii() and count >= max(5, 0.03 * counts.total())
        ]
        if usual:
            result[character] = " ".join(usual)
    return result


def gb2312() -> list[str]:
    """Return the Chinese characters of GB 2312."""
    cells = [bytes((lead, trail)) for lead in range(0xB0, 0xF8) for trail in range(0xA1, 0xFF)]
    return [text for cell in cells if (text := cell.decode("gb2312", "ignore"))]


def main() -> None:
    """Write both tables."""
    names = pd.read_parquet(sys.argv[1], columns=["name"])["name"].tolist()
    for name, head, table in (
        ("traditional.csv", "traditional,simplified", traditional()),
        ("readings.csv", "character,readings", readings(names)),
    ):
        lines = [head, *(f"{left},{right}" for left, right in sorted(table.items()))]
        (FOLDER / name).write_text("\n".join(lines) + "\n", encoding="utf-8")
        print(f"{len(table)} characters -> {name}")


if __name__ == "__main__":
    main()
