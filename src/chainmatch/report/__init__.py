"""Results as files: tables, workbook, page and manifest. A folder appears whole or not at all."""
