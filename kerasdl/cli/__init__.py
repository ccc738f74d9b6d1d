"""The command line: one file per verb in `kerasdl/cli/commands/`.

Nothing here imports TensorFlow before a command needs it, so that help, lists
and mistakes are answered at once.
"""

from kerasdl.cli.main import main as main
from kerasdl.cli.main import run_script as run_script

__all__ = ["main", "run_script"]
