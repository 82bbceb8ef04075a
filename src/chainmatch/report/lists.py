"""The lists of an office (三个清单) as tables: projects, opportunities, target firms.

What is to be grown here and not recruited stands in a list of its own.
"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import pandas as pd

from chainmatch.report.chainsheets import GROWN, OPPORTUNITIES, opportunity_rows
from chainmatch.report.firmsheets import SHORTLIST, shortlist_rows
from chainmatch.report.leadsheets import PROJECTS, project_rows
from chainmatch.report.sheets import Field

if TYPE_CHECKING:
    from chainmatch.run import Run


def office_lists(run: "Run") -> dict[str, pd.DataFrame]:
    """Return 招商项目清单, 发展机会清单 and 目标企业清单 under the titles an office expects."""
    return {
        "招商项目清单": _table(PROJECTS, project_rows(run)),
        "发展机会清单": _table(OPPORTUNITIES, opportunity_rows(run)),
        "本地培育清单": _table(GROWN, opportunity_rows(run, "grow")),
        "目标企业清单": _table(SHORTLIST, shortlist_rows(run)),
    }


def _table(fields: Sequence[Field], rows: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
    return pd.DataFrame(
        [[row.get(field.key) for field in fields] for row in rows],
        columns=[field.title for field in fields],
    )
