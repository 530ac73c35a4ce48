"""`python -m analyzer`: the same as `eduaudit`."""

import sys

from analyzer.cli.root import main

if __name__ == "__main__":
    sys.exit(main())
