"""What goes wrong on a cluster, in one Chinese line; faults of our own code stay as they are."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

from chainmatch.errors import EngineError

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
