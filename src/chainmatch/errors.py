"""The errors of chainmatch: one base, so that one ``except`` catches them all.

Messages are Chinese because officers read them; each says what was found, where, and what to do.
"""

import errno


class ChainmatchError(Exception):
    """Base of every error that the input or the options caused. The command exits with 2."""


class TableError(ChainmatchError):
    """A table that cannot be read as a whole: missing, empty, damaged or without a name column."""


class NoListError(TableError):
    """A table without the columns that make it a list of firms, or of leads."""


class ChainError(ChainmatchError):
    """Chain files with errors. ``problems`` holds one line for each, with file and line."""

    def __init__(self, problems: list[str]) -> None:
        self.problems = problems
        more = f"（共 {len(problems)} 处，运行 chainmatch chains check 查看全部）"
        super().__init__(problems[0] + (more if len(problems) > 1 else ""))


class ProfileError(ChainmatchError):
    """A county profile with errors: unknown keys, values out of range, unknown nodes."""


class OptionError(ChainmatchError):
    """An option or argument that cannot be carried out as given."""


class RunError(ChainmatchError):
    """A run folder that cannot be opened, or a firm that is not in it."""


class OutputError(ChainmatchError):
    """Results that cannot be written where they were asked for."""


class EngineError(ChainmatchError):
    """An engine such as Spark that is missing, does not answer or failed at its own work."""


class StoppedError(ChainmatchError):
    """A long run that could not go on; what is finished is kept, and it can be resumed."""


class Interrupted(KeyboardInterrupt):
    """The user stopped a long run; the message says what is finished. The command exits with 130.

    Like ``KeyboardInterrupt`` no ``Exception``: nobody catches it by chance.
    """


_REASONS = {
    errno.ENOENT: "找不到",
    errno.EACCES: "没有权限",
    errno.EPERM: "没有权限",
    errno.EISDIR: "是文件夹",
    errno.ENOTDIR: "路径中有一段不是文件夹",
    errno.EEXIST: "已经存在",
    errno.ENOSPC: "磁盘已满",
    errno.EFBIG: "文件过大",
    errno.EROFS: "只能读，不能写",
    errno.ENAMETOOLONG: "名称过长",
    errno.EBUSY: "正被占用",
    errno.EMFILE: "打开的文件过多",
    errno.EADDRINUSE: "端口已被占用",
    errno.EADDRNOTAVAIL: "这台电脑没有这个地址",
}


def reason(error: OSError) -> str:
    """Return in Chinese why the system refused; its own words differ by system and language."""
    return _REASONS.get(error.errno or 0, f"系统错误 {error.errno}")
