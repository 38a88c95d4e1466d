"""`python -m vitrail.cli`, for those who have no `vitrail` on their PATH."""

from vitrail.cli import main

main()
