"""The garbage collector of a process that does one large piece of work and ends."""

import atexit
import gc


def spare_collector() -> None:
    """Let the collector look less often, and not once more when the process ends.

    Tables, matches and caches are many objects without cycles that live long: walking them again
    and again takes a fifth of the time of a run and frees nothing. For programs of our own only;
    the library leaves the collector of its user alone.
    """
    gc.set_threshold(1_000_000, 20, 100)  # the run of a county stays below; one look takes 0.1 s
    atexit.register(gc.freeze)
