"""The service under load, on loopback only: look-ups at a steady rate against a registry.

python benchmarks/service.py REGISTRY.parquet [--rate 200] [--seconds 20] [--workers 2] [--rank]

Starts ``chainmatch serve`` with the registry, sends questions at fixed moments whether or not the
last ones were answered (so a slow answer cannot hide behind the next question), and prints the time
from the moment a question was due to the end of its answer. The load comes from one process more on
the same machine. With ``--rank`` the sample is ranked meanwhile, as one run.
"""

import argparse
import asyncio
import json
import os
import random
import sys
import tempfile
import time
import urllib.request
from collections import Counter
from pathlib import Path
from urllib.parse import quote

import numpy as np
import pandas as pd

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))
from identity import typed
from serving import SAMPLE, Running, multipart, served

# What officers type: mostly names and short forms, now and then pinyin.
MIX = {
    "exact": 40,
    "short": 25,
    "brand": 10,
    "typo_missing": 5,
    "typo_other": 5,
    "typo_swap": 5,
    "pinyin": 5,
    "initials of four": 3,
    "common word": 2,
}
CONNECTIONS = 32


def main() -> None:
    """Start, ask, print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("registry", type=Path)
    parser.add_argument("--rate", type=int, default=200)
    parser.add_argument("--seconds", type=int, default=20)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--rank", action="store_true", help="rank the sample meanwhile")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        start = time.perf_counter()
        limits = ("--workers", str(options.workers), "--rate", "100000")
        with served(Path(folder) / "data", "--firms", str(options.registry), *limits) as service:
            print(f"loaded in {time.perf_counter() - start:.1f} s, {memory(service):.0f} MB")
            questions = asked(options.registry, options.rate * options.seconds, options.seed)
            asyncio.run(load(service.url, questions[: 2 * options.rate], options.rate))  # warm
            run = started(service) if options.rank else ""
            begun, worked = time.perf_counter(), processor(service)
            answers = asyncio.run(load(service.url, questions, options.rate))
            report(questions, answers, time.perf_counter() - begun)
            spent = 1000 * (processor(service) - worked) / len(answers)
            print(f"processor time of the service: {spent:.2f} ms a look-up, runs included")
            print(f"{memory(service):.0f} MB afterwards")
            if run:
                done = service.until(run, "done", "failed")
                print(f"meanwhile one run: {done['state']}, {done['started']} to {done['ended']}")


def asked(registry: Path, count: int, seed: int) -> list[tuple[str, str]]:
    """Return ``count`` questions as (kind, text), made from names of the registry."""
    chance = random.Random(seed)
    names = chance.choices(pd.read_parquet(registry, columns=["name"])["name"].tolist(), k=count)
    kinds = chance.choices(list(MIX), list(MIX.values()), k=count)
    return [
        (kind, typed(name, kind, chance)[:100]) for kind, name in zip(kinds, names, strict=True)
    ]


async def load(url: str, questions: list[tuple[str, str]], rate: int) -> list[tuple[int, float]]:
    """Ask each question when it is due; return (status, seconds since it was due)."""
    host, port = url.removeprefix("http://").split(":")
    free: asyncio.Queue[Connection] = asyncio.Queue()
    for _ in range(CONNECTIONS):
        free.put_nowait(Connection(host, int(port)))
    begun = time.perf_counter() + 0.2

    async def one(number: int, text: str) -> tuple[int, float]:
        due = begun + number / rate
        await asyncio.sleep(max(0.0, due - time.perf_counter()))
        connection = await free.get()
        try:
            status = await asyncio.wait_for(connection.get(f"/v1/firms?q={quote(text)}"), 10)
        except (OSError, TimeoutError, asyncio.IncompleteReadError):
            status = 0
            connection.close()
        finally:
            free.put_nowait(connection)
        return status, time.perf_counter() - due

    return await asyncio.gather(*(one(n, text) for n, (_, text) in enumerate(questions)))


class Connection:
    """One connection that is kept open; the plainest client there is, to leave the cores alone."""

    def __init__(self, host: str, port: int) -> None:
        self._where = (host, port)
        self._pair: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def get(self, path: str) -> int:
        """Ask for a path; return the status once the whole answer is there."""
        if self._pair is None:
            self._pair = await asyncio.open_connection(*self._where)
        reader, writer = self._pair
        writer.write(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode())
        head = await reader.readuntil(b"\r\n\r\n")
        length = int(head.lower().partition(b"content-length:")[2].split(b"\r\n")[0])
        json.loads(await reader.readexactly(length))
        return int(head.split()[1])

    def close(self) -> None:
        """Give the connection up; the next question opens another."""
        if self._pair is not None:
            self._pair[1].close()
        self._pair = None


def report(questions: list[tuple[str, str]], answers: list[tuple[int, float]], took: float) -> None:
    """Print rate, errors and times."""
    times = np.array([seconds for _, seconds in answers]) * 1000
    errors = Counter(status for status, _ in answers if status != 200)
    print(f"{len(answers)} look-ups in {took:.1f} s, {len(answers) / took:.0f} a second")
    print(f"errors: {dict(errors) or 'none'}")
    print("all " + shown(times))
    kinds = np.array([kind for kind, _ in questions])
    for kind in [kind for kind in MIX if (kinds == kind).any()]:
        print(f"  {kind:17s} {shown(times[kinds == kind])}")


def shown(times: "np.ndarray") -> str:
    """Return the quantiles of times in milliseconds."""
    named = {"p50": 0.5, "p90": 0.9, "p99": 0.99, "most": 1.0}
    return "  ".join(f"{name} {np.quantile(times, q):6.1f} ms" for name, q in named.items())


def memory(service: Running) -> float:
    """Return the memory of all processes in MB; what they share counts once."""
    total = 0
    for pid in service.family():
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
        total += next(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
    return total / 1024


def processor(service: Running) -> float:
    """Return the seconds of processor time that all processes have used."""
    stats = [Path(f"/proc/{pid}/stat").read_text() for pid in service.family()]
    fields = [stat.rpartition(")")[2].split() for stat in stats]
    return sum(int(one[11]) + int(one[12]) for one in fields) / os.sysconf("SC_CLK_TCK")


def started(service: Running) -> str:
    """Send the sample; return the id of the run."""
    body, kind = multipart(targets=SAMPLE / "targets.xlsx", local=SAMPLE / "local.csv")
    request = urllib.request.Request(f"{service.url}/v1/runs", body, {"Content-Type": kind})
    with urllib.request.urlopen(request, timeout=30) as answer:
        run: str = json.loads(answer.read())["id"]
    return run


if __name__ == "__main__":
    main()
