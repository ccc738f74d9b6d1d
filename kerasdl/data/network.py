"""Is there a network? Asked before TFDS tries for minutes."""

import threading
from urllib.parse import urlsplit


def unreachable(url: str, timeout: float = 3.0) -> str | None:
    """Returns why the host of a URL cannot be reached, or None if it answers.

    Any answer will do, also a refusal. The question goes the way the download
    would go, through a proxy where one is set. It is asked in a thread, since a
    name server that does not answer would otherwise hold us up for longer than
    any timeout of the connection.

    Args:
        url: a file to be downloaded.
        timeout: the seconds that all of this may take.
    """
    import requests

    host = urlsplit(url).hostname
    outcome: list[str | None] = []

    def ask() -> None:
        try:
            requests.head(url, timeout=timeout, allow_redirects=False)
        except requests.exceptions.SSLError:
            outcome.append(None)  # the host answers; whether it is trusted, the download decides
        except requests.exceptions.Timeout:
            outcome.append(f"{host} does not answer")
        except (requests.exceptions.RequestException, OSError):
            outcome.append(f"{host} cannot be reached")
        else:
            outcome.append(None)

    thread = threading.Thread(target=ask, daemon=True)
    thread.start()
    thread.join(timeout)
    return outcome[0] if outcome else f"{host} does not answer"
