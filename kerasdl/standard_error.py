"""What libraries in C++ write to the terminal."""

import contextlib
import os
import sys
import tempfile
from collections.abc import Iterator


@contextlib.contextmanager
def held_back_stderr(*, tell_failure: bool = True) -> Iterator[None]:
    """Holds back what is written to standard error.

    Args:
        tell_failure: Whether it is printed after all if the block fails.
    """
    sys.stderr.flush()
    with tempfile.TemporaryFile() as held:
        real = os.dup(2)
        os.dup2(held.fileno(), 2)
        try:
            yield
        except BaseException:
            sys.stderr.flush()
            if tell_failure:
                held.seek(0)
                os.write(real, held.read())
            raise
        finally:
            os.dup2(real, 2)
            os.close(real)
