"""`python -m hecsim.cli`."""

from hecsim.cli import main

main()
