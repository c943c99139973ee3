"""A night market: an example of a package that extends hecsim."""
