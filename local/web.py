"""Whether somebody serves at an address of ours."""

import urllib.error
import urllib.request


def answers(url: str) -> bool:
    """Whether a GET of this answers 200 now."""
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:  # noqa: S310 - our own address
            return bool(answer.status == 200)
    except urllib.error.HTTPError as refusal:
        refusal.close()
    except OSError:
        pass
    return False
