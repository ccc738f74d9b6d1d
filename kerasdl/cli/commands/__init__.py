"""One file per verb; each holds `command`."""
