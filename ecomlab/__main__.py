"""``python -m ecomlab`` is the ``ecomlab`` command."""

import sys

from ecomlab.cli import main

if __name__ == "__main__":
    sys.exit(main())
