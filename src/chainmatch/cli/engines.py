"""Where a run is computed: in this process, or on Spark."""

import argparse
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any

from chainmatch.errors import OptionError

if TYPE_CHECKING:
    from chainmatch.ranking import Progress, Run


def engine_options(parser: argparse.ArgumentParser) -> None:
    """Add ``--engine``, ``--master`` and ``--conf``."""
    parser.add_argument(
        "--engine", choices=("local", "spark"), default="local",
        help="在哪里运算：本机（默认）或 Spark（需要 chainmatch[spark] 和 Java）",
    )  # fmt: skip
    parser.add_argument(
        "--master", metavar="地址", help="Spark 主节点，如 spark://主机:7077、yarn、local[2]"
    )
    parser.add_argument(
        "--conf", action="append", default=[], metavar="名=值", help="Spark 属性，可多次使用"
    )


@contextmanager
def ranking_engine(
    arguments: argparse.Namespace, step: "Progress"
) -> "Iterator[Callable[..., Run]]":
    """Give the ``rank`` of the engine that was asked for."""
    if arguments.engine == "local":
        if arguments.master or arguments.conf:
            raise no_engine()
        from chainmatch.ranking import rank

        yield rank
        return
    from chainmatch.spark import session
    from chainmatch.spark.session import read_options

    options = read_options(arguments.conf)
    step("启动 Spark")
    with session(arguments.master, options) as running:
        yield partial(_rank_on_spark, running)


def no_engine() -> OptionError:
    """Return the error for options of Spark without Spark."""
    return OptionError("--master 和 --conf 只用于 --engine spark；请加上它，或去掉这两项。")


def _rank_on_spark(running: Any, targets: Any, *lists: Any, **options: Any) -> "Run":
    from chainmatch.spark import open_listing, rank

    listing = open_listing(running, str(targets), mapping=options["mapping"])
    return rank(listing, *lists, **options)
