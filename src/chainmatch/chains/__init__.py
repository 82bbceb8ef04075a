"""Industry chains: the model of a file, its rules, the graph, and ways to view and write it."""
