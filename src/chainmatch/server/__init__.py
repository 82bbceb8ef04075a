"""The service (extra ``serve``): the library over HTTP, with runs and outcomes in a database.

One process loads the lists and forks: some processes answer requests and share the index, one
carries out the runs, each in a process of its own. None of them has a rule of its own about chains,
firms or scores.
"""
