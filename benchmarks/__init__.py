"""What is measured, never asserted: run one by its file, or the quick ones by ``make bench``."""
