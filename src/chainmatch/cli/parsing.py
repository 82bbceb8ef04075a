"""The parser, made from ``commands.yaml``, and what several commands were asked alike."""

import argparse
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NoReturn

from chainmatch._version import __version__
from chainmatch.errors import OptionError
from chainmatch.util.cells import one_line
from chainmatch.util.file_names import legible
from chainmatch.util.resources import data_folder, packaged


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
        self.exit(2, f"chainmatch：{one_line(message)}。运行 {self.prog} --help 查看用法。\n")


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


def positive(text: str) -> int:
    """Read a whole number from 1."""
    number = int(text)
    if number < 1:
        raise ValueError
    return number


_TYPES = {"int": int, "positive": positive, "legible": legible}


def parser() -> argparse.ArgumentParser:
    """Return the parser of all commands."""
    said = packaged(__file__, "commands.yaml")
    top = Parser(
        prog="chainmatch",
        description="产业链图谱、缺口分析与精准招商清单。离线运行，同样的输入得到同样的结果。",
        epilog="先试试自带样例：chainmatch rank --sample --out out",
    )
    version = f"chainmatch {__version__}"
    top.add_argument("--version", action="version", version=version, help="显示版本号")
    _add(top, said["commands"], said["options"], "命令", "name")
    return top


def _add(
    parser: argparse.ArgumentParser,
    commands: Mapping[str, Any],
    options: Mapping[str, Any],
    title: str,
    dest: str,
) -> None:
    """Tell a parser of commands, and of those inside them."""
    group = parser.add_subparsers(title=title, metavar=title, dest=dest)
    parser.set_defaults(call="", shown=parser)  # without a command: its help
    for name, said in commands.items():
        summary = said["help"]
        own = group.add_parser(
            name, help=summary, description=f"{summary}。{said.get('about', '')}"
        )
        for argument, how in said.get("arguments", {}).items():
            _argument(own, argument, how)
        for part in said.get("options", ()):
            for option in [part] if isinstance(part, str) else part:
                _argument(own, f"--{option}", options[f"--{option}"])
        if "commands" in said:
            _add(own, said["commands"], options, "操作", "action")
        else:
            own.set_defaults(call=said["call"])


def _argument(parser: argparse.ArgumentParser, name: str, how: Mapping[str, Any]) -> None:
    typed = {"type": _TYPES[how["type"]]} if "type" in how else {}
    parser.add_argument(name, **{**how, **typed})


def lists_of(arguments: argparse.Namespace) -> dict[str, Any]:
    """Return the options by which lists are read and tables written."""
    return {
        "chains": arguments.chains,
        "mapping": read_mapping(arguments.map),
        "plain": arguments.plain,
    }


def read_mapping(pairs: Sequence[str]) -> dict[str, str]:
    """Return header → column of ``--map 列名=字段``."""
    mapping = {}
    for pair in map(legible, pairs):
        header, sign, name = pair.partition("=")
        if not sign or not header.strip() or not name.strip():
            raise OptionError(f"--map {pair}：写法应为 列名=字段，如 --map 厂名=name。")
        mapping[header.strip()] = name.strip()
    return mapping


def keep_inputs(arguments: argparse.Namespace) -> None:
    """Refuse a result that would take the place of a file that the command reads."""
    given = vars(arguments)
    out = given.get("out")
    if not isinstance(out, str) or not Path(out).is_file():
        return
    for name, value in given.items():
        for one in value if isinstance(value, list) else [value]:
            if name != "out" and isinstance(one, str) and _is_same(one, out):
                raise OptionError(
                    f"{out}：是这次要读的文件，为免覆盖没有运行；请换一个结果文件名。"
                )


def _is_same(one: str, other: str) -> bool:
    try:
        return Path(one).samefile(other)
    except (OSError, ValueError):
        return False


def sample_or(arguments: argparse.Namespace, **lists: Any) -> dict[str, Any]:
    """Return the lists that were asked for: those given (None: not), or the bundled sample."""
    if not arguments.sample:
        return lists
    if any(lists.values()):
        raise OptionError("--sample 使用自带样例，不能同时给出名单文件。")
    files = {"local": "local.csv", "leads": "leads.xlsx"}
    return {name: data_folder("sample") / files.get(name, "targets.xlsx") for name in lists}
