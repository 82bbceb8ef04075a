"""Where the rows of a list are worked on: in this process, in several, on Spark.

An engine brings the firms of a list to a step, batch by batch, and keeps what the step found. It
knows nothing of what is done with them; the results are the same from every engine.
"""
