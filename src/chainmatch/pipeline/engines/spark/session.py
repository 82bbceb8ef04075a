"""A Spark session for a command: the caller's own, or one that is started and stopped again.

What goes wrong on a cluster is said in one Chinese line; faults of our own code stay as they are.
"""

import os
import re
import shutil
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from chainmatch.errors import EngineError, OptionError
from chainmatch.util.resources import LEARNED

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

_DEFAULTS = {
    "spark.app.name": "chainmatch",
    "spark.log.level": "ERROR",
    "spark.ui.showConsoleProgress": "false",
}


@contextmanager
def session(
    master: str | None = None, options: Mapping[str, str] | None = None
) -> "Iterator[SparkSession]":
    """Give a session; one that is already there is used as it is and left running.

    Parameters
    ----------
    master : str, optional
        ``local[2]``, ``spark://HOST:PORT``, ``yarn``, ``k8s://…``; default what ``spark-submit`` or
        ``spark-defaults.conf`` says, else all cores of this computer.
    options : mapping, optional
        Spark properties, over ``spark-defaults.conf``.

    Raises
    ------
    EngineError
        pyspark or Java is missing, or the cluster does not answer or fails; one Chinese line.
    """
    _need_spark()
    from pyspark.sql import SparkSession

    from chainmatch.pipeline.engines.spark.arrow import quiet

    running = SparkSession.getActiveSession()
    if running is not None:
        with told():
            yield running
        return
    # Workers run this very Python unless the user says which.
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    builder = SparkSession.builder
    chosen = os.environ.get(LEARNED)  # the workers use the learned figures that we do
    learned = {f"spark.executorEnv.{LEARNED}": chosen} if chosen else {}
    for name, value in {**_DEFAULTS, **learned, **(options or {})}.items():
        builder = builder.config(name, value)
    with told():
        with quiet():
            started = (builder.master(master) if master else builder).getOrCreate()
        try:
            yield started
        finally:
            started.stop()


def read_options(pairs: list[str]) -> dict[str, str]:
    """Return the properties of ``--conf 名=值``."""
    options = {}
    for pair in pairs:
        name, sign, value = pair.partition("=")
        if not sign or not name.startswith("spark."):
            raise OptionError(f"--conf {pair}：写法应为 名=值，如 --conf spark.executor.cores=2。")
        options[name] = value
    return options


def _need_spark() -> None:
    try:
        import pyspark  # noqa: F401
    except ModuleNotFoundError:
        raise EngineError(
            '没有安装 pyspark，不能用 Spark；请运行 pip install "chainmatch[spark]"。'
        ) from None
    if not (os.environ.get("SPARK_REMOTE") or java()):
        raise EngineError(
            "没有找到 Java，不能用 Spark；请安装 Java 17 以上，或用 JAVA_HOME 指明它在哪里。"
        )


def java() -> str:
    """Return the path of the Java that Spark would start, or ``""``."""
    home = os.environ.get("JAVA_HOME")
    if home:
        program = Path(home) / "bin" / ("java.exe" if os.name == "nt" else "java")
        return str(program) if program.is_file() else ""
    return shutil.which("java") or ""


# --- failures ------------------------------------------------------------------------------------

_SIGNS = {
    "No module named 'chainmatch'": (
        "工作节点的 Python 里没有 chainmatch；请随作业带上环境，或用 PYSPARK_PYTHON 指明装有它的 "
        "Python（见 docs/spark.md）。"
    ),
    "PYTHON_VERSION_MISMATCH": (
        "工作节点的 Python 与本机版本不同；请用 PYSPARK_PYTHON 指明同一版本（见 docs/spark.md）。"
    ),
    "Cannot run program": (
        "工作节点上找不到 PYSPARK_PYTHON 所指的 Python；请改为各节点都有的路径"
        "（见 docs/spark.md）。"
    ),
    "spark.driver.maxResultSize": (
        "收回的结果超过 spark.driver.maxResultSize；请用 --conf 调大它和 spark.driver.memory。"
    ),
    "PATH_NOT_FOUND": "Spark 找不到名单文件；请检查路径，并确认各节点都能读到它。",
    "JAVA_GATEWAY_EXITED": "Java 没有启动成功；请检查 Java 版本（17 以上）和 SPARK_HOME。",
    "stopped SparkContext": (
        "连不上 Spark 集群，或与它的连接断了；请检查 --master 的地址、端口和集群的空闲资源。"
    ),
    "Could not parse Master URL": "--master 写法不对；应如 local[2]、spark://主机:7077 或 yarn。",
}


@contextmanager
def told() -> Iterator[None]:
    """Turn what Spark raises for reasons of its own into an EngineError."""
    from py4j.protocol import Py4JError
    from pyspark.errors import PySparkException, PythonException

    try:
        yield
    except (PySparkException, Py4JError) as error:
        text = str(error)
        known = next((words for sign, words in _SIGNS.items() if sign in text), "")
        if not known and isinstance(error, PythonException):
            raise
        raise EngineError(known or f"Spark 作业失败：{_first_line(text)}") from None


def _first_line(text: str) -> str:
    """Return what went wrong, without class names and stack."""
    said = re.search(r"(?:Exception|Error): (.+)", text)
    return (said[1] if said else text.strip().partition("\n")[0])[:200]
