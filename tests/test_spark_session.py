"""What the engine says where Spark cannot start; nothing is started here."""

import os
import subprocess
import sys

import pytest

from chainmatch.cli import main
from chainmatch.errors import EngineError, OptionError
from chainmatch.pipeline.engines import spark
from chainmatch.pipeline.engines.spark.session import java, read_options


def test_without_pyspark_it_is_said_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "pyspark", None)
    with pytest.raises(EngineError, match=r"pip install \"chainmatch\[spark\]\""), spark.session():
        pass


def test_without_java_it_is_said_what_to_install(monkeypatch, tmp_path):
    pytest.importorskip("pyspark")
    monkeypatch.delenv("JAVA_HOME", raising=False)
    monkeypatch.delenv("SPARK_REMOTE", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(EngineError, match="Java 17"), spark.session():
        pass


def test_java_is_where_java_home_says(monkeypatch, tmp_path):
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))
    assert java() == ""
    program = tmp_path / "bin" / ("java.exe" if os.name == "nt" else "java")
    program.parent.mkdir()
    program.touch()
    assert java() == str(program)


def test_properties_are_names_and_values():
    assert read_options(["spark.a=1", "spark.b=x=y", "spark.c="]) == {
        "spark.a": "1",
        "spark.b": "x=y",
        "spark.c": "",
    }


@pytest.mark.parametrize("pair", ["spark.executor.cores", "cores=2", "=2"])
def test_anything_else_is_no_property(pair):
    with pytest.raises(OptionError, match="名=值"):
        read_options([pair])


def test_importing_the_package_loads_no_spark():
    code = "import sys, chainmatch.pipeline.engines.spark; sys.exit('pyspark' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_the_options_of_spark_ask_for_the_engine(capsys, tmp_path):
    command = ["rank", "--sample", "--out", str(tmp_path / "out"), "--master", "local[2]"]
    assert main(command) == 2
    assert "--engine spark" in capsys.readouterr().err


def test_the_command_says_in_one_line_what_is_missing(monkeypatch, capsys, tmp_path):
    monkeypatch.setitem(sys.modules, "pyspark", None)
    assert main(["rank", "--sample", "--out", str(tmp_path / "out"), "--engine", "spark"]) == 2
    lines = capsys.readouterr().err.splitlines()
    said = [line for line in lines if not line.startswith("提示：")]  # what was noticed in a list
    assert len(said) == 1
    assert said[0].startswith("chainmatch：没有安装 pyspark")
    assert not (tmp_path / "out").exists()
