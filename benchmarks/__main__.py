"""Run the benchmarks that need nothing but the shared lists, one after another.

python -m benchmarks [SHARED_FOLDER]
"""

import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
SHARED = Path(sys.argv[1]) if len(sys.argv) > 1 else HERE.parents[1] / "shared" / "data"
COMMANDS: dict[str, list[str]] = {
    "chains.py": [],
    "gaps.py": ["registry_200k.parquet"],
    "identity.py": ["registry_200k.parquet", "labelled_dev_597.csv"],
    "page.py": ["targets_4413_messy.xlsx", "local_575.gb18030.csv", "leads_43.xlsx"],
    "places.py": ["registry_200k.parquet"],
    "reading.py": ["scopes_dev.csv"],
    "run.py": ["targets_4413_messy.xlsx", "local_575.gb18030.csv", "leads_43.xlsx"],
    "sectors.py": ["labelled_dev_597.csv", "registry_200k.parquet"],
    "service.py": ["registry_200k.parquet"],
    "stream.py": ["registry_200k.parquet"],
    "tables.py": ["registry_200k.parquet"],
}


def main() -> int:
    for script, files in COMMANDS.items():
        paths = [SHARED / name for name in files]
        if not all(path.is_file() for path in paths):
            print(f"{script}: skipped, {', '.join(files)} not in {SHARED}")
            continue
        print(f"== {script}", flush=True)
        subprocess.run([sys.executable, str(HERE / script), *map(str, paths)], check=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
