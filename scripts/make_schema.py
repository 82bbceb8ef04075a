"""Write the JSON Schemas: of chain files for editors, of the files of a run for other systems.

data/chains/chain.schema.json and data/contract/<number>/<name>.schema.json; earlier numbers stay.
"""

import json
from pathlib import Path
from typing import Any

from chainmatch.chains.model import SCHEMA_FILE, chain_schema
from chainmatch.report.contract import schemas
from chainmatch.schema.columns import CONTRACT

DATA = Path(__file__).parents[1] / "data"


def main() -> None:
    write(chain_schema(), DATA / "chains" / SCHEMA_FILE)
    folder = DATA / "contract" / str(CONTRACT)
    folder.mkdir(parents=True, exist_ok=True)
    for name, schema in schemas().items():
        write(schema, folder / f"{name}.schema.json")


def write(schema: dict[str, Any], path: Path) -> None:
    path.write_text(json.dumps(schema, ensure_ascii=False, indent=2) + "\n", "utf-8")


if __name__ == "__main__":
    main()
