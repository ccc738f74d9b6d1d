"""What every test needs before anything is imported."""

import os

# No display, no start-up chatter: both are read at import.
os.environ.setdefault("MPLBACKEND", "Agg")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
