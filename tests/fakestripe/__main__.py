"""`python -m tests.fakestripe`: the marked tests against Stripe itself, with a test key."""

import os
import subprocess
import sys

from local.places import CLONE
from tests.fakestripe.real import EXPLAINED, NoTestKey, key_in


def main(arguments: list[str]) -> int:
    """Run them; 2 when there is no key of test mode."""
    try:
        key = key_in(os.environ)
    except NoTestKey as refused:
        print(refused, file=sys.stderr)
        return 2
    if key is None:
        print(EXPLAINED, file=sys.stderr)
        return 2
    tests = [sys.executable, "-m", "pytest", "tests/fakestripe", "-n0", "-rs"]
    return subprocess.call([*tests, *arguments], cwd=CLONE)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
