"""`python -m ingest` is the command `khabar`."""

from ingest.cli.app import main

if __name__ == "__main__":
    main()
