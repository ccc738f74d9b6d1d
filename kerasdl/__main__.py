"""`python -m kerasdl`: the command line where its script is not on the path."""

from kerasdl.cli import main

if __name__ == "__main__":
    main()
