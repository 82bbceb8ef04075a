"""Results as files: tables, workbook, page and manifest. A folder appears whole or not at all."""

from chainmatch.report.files import (
    check_folder,
    check_table_path,
    write_rejects,
    write_table,
    write_text,
)
from chainmatch.report.folder import write_report

__all__ = [
    "check_folder",
    "check_table_path",
    "write_rejects",
    "write_report",
    "write_table",
    "write_text",
]
