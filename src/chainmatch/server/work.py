"""One run in a process of its own: ``python -P -m chainmatch.server.work`` in its work folder.

The order comes as one line of JSON on standard input, which then stays open: when it ends, whoever
gave the order is gone, and so is this process. Steps and errors go out as lines of JSON. Exit
codes are those of the command line.
"""

import json
import os
import sys
import threading
from pathlib import Path
from typing import Any, TypedDict

OUT = "out"


class Order(TypedDict):
    """What to rank: paths, seen from the work folder; None is the default of ``rank``."""

    targets: str
    local: str
    leads: str | None
    profile: str | None
    own_profile: bool  # the profile came with the order
    chains: str | None
    top: int | None


def main() -> int:
    """Carry out the order; return the exit code."""
    from chainmatch.errors import ChainmatchError

    order: Order = json.loads(_first_line())
    threading.Thread(target=_end_with_the_giver, daemon=True).start()
    try:
        _carry_out(order)
    except ChainmatchError as error:
        _tell("error", str(error))
        return 2
    return 0


def _first_line() -> bytes:
    """Read the order; not through ``sys.stdin``, whose lock a waiting thread would hold at exit."""
    line = b""
    while not line.endswith(b"\n") and (piece := os.read(0, 1 << 16)):
        line += piece
    return line


def _end_with_the_giver() -> None:
    while os.read(0, 1 << 16):
        pass
    os._exit(3)


def _tell(kind: str, text: str) -> None:
    print(json.dumps({kind: text}), flush=True)


def _carry_out(order: Order) -> None:
    from chainmatch.chains.graph import read_chains
    from chainmatch.errors import OptionError
    from chainmatch.pipeline.rank import rank
    from chainmatch.profile import read_profile
    from chainmatch.report.folder import write_report

    profile: Any = None
    if order["profile"]:
        profile = read_profile(order["profile"], read_chains(order["chains"]))
        # A profile may name a file of learned figures; from outside it names none of ours.
        if order["own_profile"] and profile.relatedness not in ("", "none"):
            raise OptionError(
                "随运算提交的县情配置不能写 relatedness 文件；请删去这一行或写 none。"
            )
    run = rank(
        Path(order["targets"]),
        Path(order["local"]),
        Path(order["leads"]) if order["leads"] else None,
        profile=profile,
        chains=order["chains"],
        top=order["top"],
        progress=lambda step: _tell("step", step),
    )
    _tell("step", "写出结果")
    write_report(run, OUT)


if __name__ == "__main__":
    sys.exit(main())
