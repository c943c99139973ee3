"""A community from tables of one's own: two towns as they are published, with a supermarket that nobody has counted yet.

python examples/own_community.py my_place
"""

import sys
from pathlib import Path

import pandas as pd

from hecsim import geography
from hecsim.testing import check_community


def make(folder: Path) -> Path:
    """Write the packaged tables of Andover and Bolton as a template, and add a list of stores."""
    place = geography.select(["Andover", "Bolton"])
    geography.write(place, folder)  # towns.csv, tracts.csv, borders.csv and the joint tables, to be edited
    stores = pd.DataFrame({"geoid": [place.tracts["geoid"].iloc[0]], "store": ["supermarket"]})
    stores.to_csv(folder / "retailers.csv", index=False)
    return folder


if __name__ == "__main__":
    community = check_community(make(Path(sys.argv[1])))  # loads it, builds it, lives a month
    print(community)
