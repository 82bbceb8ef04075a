"""The steps of a run in order: on lists in memory, in pieces of any size, on Spark."""
