"""Which rows are one firm, which firms belong together, and firms found by name."""
