"""Write data/chains/chain.schema.json, with which editors complete and check chain files."""

import json
from pathlib import Path

from chainmatch.chainmodel import SCHEMA_FILE, chain_schema

if __name__ == "__main__":
    path = Path(__file__).parents[1] / "data" / "chains" / SCHEMA_FILE
    path.write_text(json.dumps(chain_schema(), ensure_ascii=False, indent=2) + "\n", "utf-8")
