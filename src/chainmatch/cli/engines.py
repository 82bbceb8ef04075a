"""Where a run is computed: in this process, or on Spark."""

import argparse
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from chainmatch.cli.parsing import read_mapping
from chainmatch.errors import OptionError

if TYPE_CHECKING:
    from chainmatch.pipeline.rank import Progress
    from chainmatch.pipeline.spark.listing import Listing


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


def goes_on_spark(arguments: argparse.Namespace) -> bool:
    """Return whether Spark was asked for; refuse options that belong to the other engine."""
    if arguments.engine == "local":
        if arguments.master or arguments.conf:
            raise OptionError("--master 和 --conf 只用于 --engine spark；请加上它，或去掉这两项。")
        return False
    if arguments.resume or arguments.jobs is not None:
        raise OptionError("--jobs 和 --resume 只用于本机运算；请去掉它们，或去掉 --engine spark。")
    return True


@contextmanager
def spark_listing(
    arguments: argparse.Namespace, source: str, step: "Progress"
) -> "Iterator[Listing]":
    """Give a list that Spark has opened, as long as its session lasts."""
    from chainmatch.pipeline.spark import open_listing, session
    from chainmatch.pipeline.spark.session import read_options

    options = read_options(arguments.conf)
    step("启动 Spark")
    with session(arguments.master, options) as running:
        yield open_listing(running, source, mapping=read_mapping(arguments.map))
