"""Derive the character tables of ``data/names`` (see its README for sources and licences).

    pip install opencc-python-reimplemented pypinyin
    python scripts/make_characters.py

``traditional.csv``: traditional characters that GB 2312 does not hold → simplified. Characters that
also live in simplified text (乾县, 著) stay out, so that the change can never do harm.
``initials.csv``: first letters of the readings of every GB 2312 character.
"""

import importlib.util
from pathlib import Path

from pypinyin import Style, pinyin

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


def initials() -> dict[str, str]:
    """Return character → first letters of its readings, commonest reading first."""
    result = {}
    for lead in range(0xB0, 0xF8):
        for trail in range(0xA1, 0xFF):
            try:
                character = bytes((lead, trail)).decode("gb2312")
            except UnicodeDecodeError:
                continue
            readings = pinyin(character, style=Style.NORMAL, heteronym=True)[0]
            result[character] = "".join(dict.fromkeys(reading[0] for reading in readings))
    return result


def main() -> None:
    """Write both tables."""
    for name, head, table in (
        ("traditional.csv", "traditional,simplified", traditional()),
        ("initials.csv", "character,initials", initials()),
    ):
        lines = [head, *(f"{left},{right}" for left, right in sorted(table.items()))]
        (FOLDER / name).write_text("\n".join(lines) + "\n", encoding="utf-8")
        print(f"{len(table)} characters -> {name}")


if __name__ == "__main__":
    main()
