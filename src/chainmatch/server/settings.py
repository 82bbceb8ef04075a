"""What a service is started with, checked before anything is loaded."""

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from chainmatch.errors import OptionError
from chainmatch.tables.sources import Source
from chainmatch.util.atomic import check_folder

DATABASE = "chainmatch.db"
AUDIT = "audit.jsonl"


@dataclass(frozen=True)
class Settings:
    """How the service is set up.

    ``data`` holds the database (unless ``database`` is the URL of another), the lists that runs may
    name (``lists/``), the runs (``runs/``), the work under way (``work/``), the counts of the
    processes (``figures/``) and the audit log.
    ``rate`` is in requests a second for each key, ``burst`` how many may come at once; ``body`` and
    ``upload`` are bytes of one request, ``patience`` seconds that one run may take, ``grace``
    seconds that requests under way get when the service stops.
    """

    data: Path
    database: str = ""
    host: str = "127.0.0.1"
    port: int = 8765
    workers: int = 2
    firms: "Source | None" = None
    local: "Source | None" = None
    profile: Path | None = None
    chains: Path | None = None
    mapping: Mapping[str, str] = field(default_factory=dict)
    rate: float = 50.0
    burst: int = 100
    body: int = 1 << 20
    upload: int = 64 << 20
    queue: int = 20
    patience: float = 3600.0
    grace: float = 10.0

    @property
    def lists(self) -> Path:
        """Lists that a run may name instead of sending them."""
        return self.data / "lists"

    @property
    def runs(self) -> Path:
        """Finished runs, one folder each; a folder appears here whole or not at all."""
        return self.data / "runs"

    @property
    def work(self) -> Path:
        """Inputs of runs and what is not finished yet."""
        return self.data / "work"

    @property
    def figures(self) -> Path:
        """Counts of the processes while they run; of this start only."""
        return self.data / "figures"

    @property
    def runner(self) -> Path:
        """Held by the process that carries out runs."""
        return self.data / "runner"

    @property
    def audit(self) -> Path:
        """Who did what and when, one JSON object a line."""
        return self.data / AUDIT

    @property
    def database_url(self) -> str:
        """The URL of the database; SQLite in the data folder where none was given."""
        return self.database or f"sqlite:///{self.data / DATABASE}"

    @property
    def at_home(self) -> bool:
        """Whether only this machine can reach the service."""
        return is_loopback(self.host)


def is_loopback(host: str) -> bool:
    """Return whether a host name or address means this machine."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def make_folders(settings: Settings) -> None:
    """Make the folders of the service, closed to others. Raises OutputError."""
    check_folder(settings.data)
    settings.data.mkdir(parents=True, exist_ok=True, mode=0o700)
    for folder in (settings.lists, settings.runs, settings.work):
        folder.mkdir(exist_ok=True, mode=0o700)


def check_address(settings: Settings, keys: bool) -> None:
    """Raise OptionError if others could reach a service that asks for no key."""
    if not settings.at_home and not keys:
        raise OptionError(
            f"--host {settings.host} 会让别的机器也能访问，但还没有密钥；"
            "请先用 chainmatch serve --new-key 名称 建一个，或去掉 --host 只供本机使用。"
        )
