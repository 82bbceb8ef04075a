"""API keys: made once, shown once, stored as a digest only."""

import hashlib
import hmac
import re
import secrets
import time
from typing import NamedTuple

import sqlalchemy as sql

from chainmatch.errors import OptionError
from chainmatch.server.schema import KEYS, now

ROLES = ("read", "write")
_NAME = re.compile(r"[\w.\-]{1,40}")
_KEY = re.compile(r"cm_(\d{1,9})_([\w\-]{43})", re.ASCII)
_FRESH = 1.0  # seconds after which the keys are read again, so that a revoked key dies


class Caller(NamedTuple):
    """Who asks: the name of the key, its number and whether it may change anything."""

    name: str
    number: int
    writes: bool


class KeyLine(NamedTuple):
    """What is known of a key besides the key itself; dates as YYYY-MM-DD, "" if not revoked."""

    name: str
    role: str
    created: str
    revoked: str


def new_key(engine: sql.Engine, name: str, role: str = "write") -> str:
    """Make a key and return it; it cannot be shown again. Raises OptionError."""
    if not _NAME.fullmatch(name):
        raise OptionError(f"密钥名称“{name}”不可用；请用 1 至 40 个汉字、字母、数字或 . _ -")
    secret = secrets.token_urlsafe(32)
    row = {"name": name, "digest": _digest(secret), "role": role, "created": now()}
    try:
        with engine.begin() as connection:
            (number,) = connection.execute(sql.insert(KEYS), row).inserted_primary_key or (0,)
    except sql.exc.IntegrityError:
        raise OptionError(f"已有名为“{name}”的密钥；请换一个名称。") from None
    return f"cm_{number}_{secret}"


def revoke_key(engine: sql.Engine, name: str) -> None:
    """Make a key useless from now on; its name stays taken. Raises OptionError."""
    change = sql.update(KEYS).where(KEYS.c.name == name, KEYS.c.revoked.is_(None))
    with engine.begin() as connection:
        if not connection.execute(change.values(revoked=now())).rowcount:
            raise OptionError(f"没有名为“{name}”的有效密钥；用 --list-keys 查看。")


def list_keys(engine: sql.Engine) -> list[KeyLine]:
    """Return all keys, oldest first."""
    with engine.connect() as connection:
        rows = connection.execute(sql.select(KEYS).order_by(KEYS.c.id)).all()
    return [
        KeyLine(
            row.name,
            row.role,
            f"{row.created:%Y-%m-%d}",
            f"{row.revoked:%Y-%m-%d}" if row.revoked else "",
        )
        for row in rows
    ]


def _digest(secret: str) -> str:
    # The secret has 256 random bits: nothing is gained by a slow hash.
    return hashlib.sha256(secret.encode()).hexdigest()


class KeyRing:
    """The keys as one process knows them, read again every second."""

    def __init__(self, engine: sql.Engine) -> None:
        self._engine = engine
        self._known: dict[int, tuple[str, str, bool]] = {}
        self._any = True
        self._read = float("-inf")

    @property
    def stale(self) -> bool:
        """Whether :meth:`refresh` is due."""
        return time.monotonic() - self._read >= _FRESH

    def refresh(self) -> None:
        """Read the keys from the database."""
        with self._engine.connect() as connection:
            rows = connection.execute(sql.select(KEYS)).all()
        self._known = {
            row.id: (row.digest, row.name, row.role == "write")
            for row in rows
            if row.revoked is None
        }
        self._any = bool(rows)
        self._read = time.monotonic()

    @property
    def none_made(self) -> bool:
        """Whether no key was ever made; a revoked one does not open the service again."""
        return not self._any

    def caller(self, text: str) -> Caller | None:
        """Return whose key ``text`` is, or None."""
        found = _KEY.fullmatch(text)
        if found is None:
            return None
        digest, name, writes = self._known.get(int(found[1]), ("", "", False))
        if not hmac.compare_digest(digest, _digest(found[2])):
            return None
        return Caller(name, int(found[1]), writes)
