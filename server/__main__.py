"""`python -m server`: the commands of `./voronka`."""

from server.cli import main

main()
