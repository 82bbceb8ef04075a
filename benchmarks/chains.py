"""Reading all bundled chain files: seconds of the first reading and the median, and of what part.

python benchmarks/chains.py [FOLDER]
"""

import sys
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

from chainmatch.chains.graph import chain_files, check_chains, read_chains
from chainmatch.chains.model import Chain
from chainmatch.util.yaml import read_document

ROUNDS = 15


def main() -> None:
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else None
    first = seconds(lambda: read_chains(folder))
    paths = chain_files(folder)
    documents = [read_document(path) for path in paths]
    print(f"read_chains   first {first:.3f} s, {line(lambda: read_chains(folder))}")
    print(f"  YAML        {line(lambda: [read_document(path) for path in paths])}")
    print(f"  model       {line(lambda: [Chain.model_validate(d.data) for d in documents])}")
    print(f"check_chains  {line(lambda: check_chains(folder))}")
    print(f"{len(paths)} files, {sum(path.stat().st_size for path in paths) / 1000:.0f} kB")


def line(run: Callable[[], object]) -> str:
    times = [seconds(run) for _ in range(ROUNDS)]
    return f"median {median(times):.3f} s, worst {max(times):.3f} s"


def seconds(run: Callable[[], object]) -> float:
    start = time.perf_counter()
    run()
    return time.perf_counter() - start


if __name__ == "__main__":
    main()
