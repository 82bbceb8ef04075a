"""``python -m chainmatch.cli``."""

import sys

from chainmatch.cli import main

sys.exit(main())
