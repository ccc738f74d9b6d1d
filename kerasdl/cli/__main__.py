"""`python -m kerasdl.cli`: the command, where it is not on the path."""

from kerasdl.cli.main import main

main()
