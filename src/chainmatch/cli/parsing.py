"""The parser of the command line and the options that several commands share."""

import argparse
from collections.abc import Callable, Sequence
from typing import Any, NoReturn

from chainmatch.errors import OptionError
from chainmatch.util.file_names import legible

Command = Callable[[argparse.Namespace], None]


class Parser(argparse.ArgumentParser):
    """argparse with Chinese headings; a wrong option is one line and exit code 2."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"formatter_class": Formatter, **kwargs, "add_help": False})
        self._positionals.title = "参数"
        self._optionals.title = "选项"
        self.add_argument("-h", "--help", action="help", help="显示本帮助")

    def error(self, message: str) -> NoReturn:
        """Say in one Chinese line what is wrong with the options; exit with 2."""
        for english, chinese in _ARGPARSE.items():
            message = message.replace(english, chinese)
        message = message.replace("'", "")
        self.exit(2, f"chainmatch：{message}。运行 {self.prog} --help 查看用法。\n")


_ARGPARSE = {
    "the following arguments are required: ": "缺少参数：",
    "unrecognized arguments: ": "不认识的参数：",
    "expected one argument": "后面要跟一个值",
    "invalid choice: ": "没有 ",
    " (choose from ": "，可选：",
    ")": "",
    "argument ": "参数 ",
    "invalid int value: ": "应为整数，写的是 ",
    "invalid positive value: ": "应为正整数，写的是 ",
    "ambiguous option: ": "选项不明确：",
    " could match ": " 可能是 ",
}


class Formatter(argparse.RawDescriptionHelpFormatter):
    """Help at one width on every terminal, under Chinese headings."""

    def __init__(self, prog: str) -> None:
        super().__init__(prog, max_help_position=28, width=100)

    def add_usage(self, usage: Any, actions: Any, groups: Any, prefix: str | None = None) -> None:
        """Head the usage in Chinese."""
        super().add_usage(usage, actions, groups, "用法：" if prefix is None else prefix)


def command(commands: Any, name: str, run: Command, summary: str, detail: str = "") -> Any:
    """Add a command that calls ``run``; return its parser."""
    parser = commands.add_parser(name, help=summary, description=f"{summary}。{detail}")
    parser.set_defaults(command=run)
    return parser


def positive(text: str) -> int:
    """Read a whole number from 1."""
    number = int(text)
    if number < 1:
        raise ValueError
    return number


def chains_option(parser: argparse.ArgumentParser) -> None:
    """Add ``--chains``."""
    parser.add_argument("--chains", metavar="文件夹", help="自己的产业链文件夹，代替自带的五条链")


def learned_option(parser: argparse.ArgumentParser) -> None:
    """Add ``--learned``."""
    parser.add_argument(
        "--learned", metavar="文件夹", help="chainmatch train 的结果，代替自带的；none 为不用"
    )


def mapping_option(parser: argparse.ArgumentParser) -> None:
    """Add ``--map``."""
    parser.add_argument(
        "--map", action="append", default=[], metavar="列名=字段", help="指定一列的含义，可多次使用"
    )


def profile_option(parser: argparse.ArgumentParser) -> None:
    """Add ``--profile``."""
    parser.add_argument("--profile", metavar="文件", help="县情配置，默认为自带的示例县")


def out_option(parser: argparse.ArgumentParser) -> None:
    """Add ``--out`` of a table and the shared options."""
    parser.add_argument(
        "--out", required=True, metavar="文件", help="结果文件：.csv、.xlsx 或 .parquet"
    )
    shared_options(parser)


def shared_options(parser: argparse.ArgumentParser) -> None:
    """Add ``--chains``, ``--learned``, ``--map``, ``--plain`` and ``--quiet``."""
    chains_option(parser)
    learned_option(parser)
    mapping_option(parser)
    parser.add_argument("--plain", action="store_true", help="CSV 不带 BOM（供程序读取）")
    parser.add_argument("--quiet", action="store_true", help="不显示进度和摘要")


def read_mapping(pairs: Sequence[str]) -> dict[str, str]:
    """Return header → column of ``--map 列名=字段``."""
    mapping = {}
    for pair in map(legible, pairs):
        header, sign, name = pair.partition("=")
        if not sign or not header.strip() or not name.strip():
            raise OptionError(f"--map {pair}：写法应为 列名=字段，如 --map 厂名=name。")
        mapping[header.strip()] = name.strip()
    return mapping
