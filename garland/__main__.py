"""`python -m garland`, for where the `garland` command is not on the path."""

from garland.cli import main

if __name__ == "__main__":
    main(prog_name="garland")
