"""A chain as PNG: drawn with Chinese glyphs, or refused with what to do."""

import pytest

from chainmatch.chains.graph import read_chains
from chainmatch.errors import OutputError
from chainmatch.report.chainmap import draw_chain
from chainmatch.report.picture import chinese_font, png_of

LETTER = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="40" height="40">'
    '<text x="4" y="30" font-size="28">{}</text></svg>'
)
needs_font = pytest.mark.skipif(chinese_font() is None, reason="no Chinese font here")


def test_without_a_chinese_font_it_is_refused_and_says_what_to_do():
    with pytest.raises(OutputError, match=r"\.svg"):
        png_of(LETTER.format("钨"), None)


def test_folders_without_fonts_give_none(tmp_path):
    assert chinese_font((str(tmp_path), str(tmp_path / "none"))) is None


@needs_font
def test_every_character_has_its_own_glyph():
    pytest.importorskip("resvg_py")
    font = chinese_font()
    drawn = {png_of(LETTER.format(char), font) for char in "钨粉镁锌菌茶"}
    assert len(drawn) == 6  # boxes would all look the same


@needs_font
def test_a_chain_is_drawn(tmp_path):
    pytest.importorskip("resvg_py")
    path = tmp_path / "chain.png"
    draw_chain(read_chains(), "绿色工业", path)
    assert path.read_bytes().startswith(b"\x89PNG")


def test_another_suffix_is_refused(tmp_path):
    with pytest.raises(OutputError, match="png"):
        draw_chain(read_chains(), "绿色工业", tmp_path / "chain.bmp")
