"""The page on the service: its shell blocks run, one after another, as they stand."""

import json
import os
import re
import shutil
import sys
from pathlib import Path

import pytest

pytest.importorskip("fastapi")
pytest.importorskip("gunicorn")

from lifeline import run
from ports import reserved_port
from serving import alive
from waiting import PATIENCE

PAGE = Path(__file__).parent.parent / "docs" / "service.md"
BLOCKS = re.findall(r"^```sh\n(.*?)^```", PAGE.read_text("utf-8"), re.S | re.M)


@pytest.mark.skipif(not (shutil.which("bash") and shutil.which("curl")), reason="no bash or curl")
def test_the_blocks_of_the_page_run_as_they_stand(tmp_path):
    command = tmp_path / "bin" / "chainmatch"
    command.parent.mkdir()
    command.write_text(f'#!/bin/sh\nexec {sys.executable} -m chainmatch.cli "$@"\n')
    command.chmod(0o755)
    script = "set -euo pipefail\n" + "echo $$ > shell.pid\n" + "\n".join(BLOCKS)
    # The reader's port is free; a test cannot know.
    port = reserved_port()
    script = script.replace("serve --sample", f"serve --port {port} --sample")
    done = run(
        ["bash", "-c", script.replace(":8765/", f":{port}/")],
        cwd=tmp_path,
        text=True,
        timeout=PATIENCE,
        env={**os.environ, "PATH": f"{command.parent}:{os.environ['PATH']}"},
    )
    assert done.returncode == 0, done.stderr + (tmp_path / "serve.log").read_text("utf-8")
    assert "项目库　read　" in done.stdout and '"score":' in done.stdout
    assert "401\n" in done.stdout
    assert json.loads((tmp_path / "refused.json").read_text("utf-8"))["status"] == 401
    assert (tmp_path / "serve.log").read_text("utf-8").endswith("已停止。\n")
    assert not alive(int((tmp_path / "shell.pid").read_text()))
