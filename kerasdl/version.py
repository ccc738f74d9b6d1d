"""The version of kerasdl, read by the build and by `kerasdl info`."""

__version__ = "0.1.0"
