"""An SVG as PNG, with Chinese glyphs or not at all.

SVG and HTML use the viewer's own fonts. A PNG is drawn here, so a Chinese font must be here: the
usual ones are looked for by file name, and without one the picture is refused, not drawn as boxes.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from chainmatch.errors import OutputError

_FOLDERS = (
    "C:/Windows/Fonts",
    "/System/Library/Fonts",
    "/Library/Fonts",
    "/usr/share/fonts",
    "/usr/local/share/fonts",
    "~/Library/Fonts",
    "~/.fonts",
    "~/.local/share/fonts",
)
# File name → family, the first that is found is used.
_FONTS = {
    "NotoSansCJK-Regular.ttc": "Noto Sans CJK SC",
    "NotoSansSC-Regular.otf": "Noto Sans SC",
    "SourceHanSansSC-Regular.otf": "Source Han Sans SC",
    "msyh.ttc": "Microsoft YaHei",
    "PingFang.ttc": "PingFang SC",
    "Hiragino Sans GB.ttc": "Hiragino Sans GB",
    "wqy-microhei.ttc": "WenQuanYi Micro Hei",
    "wqy-zenhei.ttc": "WenQuanYi Zen Hei",
    "simhei.ttf": "SimHei",
    "simsun.ttc": "SimSun",
    "DroidSansFallbackFull.ttf": "Droid Sans Fallback",
}
_ZOOM = 3  # about 300 dots an inch on A3 paper


class Font(NamedTuple):
    """A font file with Chinese glyphs and the name of its family."""

    path: Path
    family: str


def chinese_font(folders: tuple[str, ...] = _FOLDERS) -> Font | None:
    """Return a Chinese font of this computer, or None."""
    found = {path.name: path for folder in folders for path in _files(Path(folder).expanduser())}
    names = (name for name in _FONTS if name in found)
    return next((Font(found[name], _FONTS[name]) for name in names), None)


def _files(folder: Path) -> Iterator[Path]:
    if folder.is_dir():
        yield from (path for path in folder.rglob("*") if path.name in _FONTS)


def png_of(svg: str, font: Font | None) -> bytes:
    """Draw an SVG on white. Raises OutputError without a Chinese font or the extra ``png``."""
    if font is None:
        raise OutputError(
            "这台电脑没有找到中文字体，PNG 中的汉字会变成方框；请改用 .svg 或 .html，"
            "或安装 Noto Sans CJK、文泉驿等字体。"
        )
    try:
        import resvg_py
    except ImportError:
        raise OutputError(
            "画 PNG 需要附加组件：pip install 'chainmatch[png]'；也可以改用 .svg 或 .html。"
        ) from None
    return bytes(
        resvg_py.svg_to_bytes(
            svg_string=svg,
            background="#ffffff",
            zoom=_ZOOM,
            skip_system_fonts=True,
            font_files=[str(font.path)],
            font_family=font.family,
            serif_family=font.family,
            sans_serif_family=font.family,
            monospace_family=font.family,
        )
    )
