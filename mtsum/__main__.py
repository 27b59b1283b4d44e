"""``python -m mtsum``: the command line."""

from mtsum.cli.main import main

if __name__ == "__main__":
    main()
