"""The routes of the app, for Solara. Settings and guard come before Solara is loaded."""

from hecsim.web import server

server.settle()

import solara  # noqa: E402  (its settings come first)

from hecsim.web.about import AboutPage  # noqa: E402
from hecsim.web.collaborate import PlanPage  # noqa: E402
from hecsim.web.compare import ComparePage  # noqa: E402
from hecsim.web.family import FamilyPage  # noqa: E402
from hecsim.web.forum.opening import open_evening  # noqa: E402
from hecsim.web.jobs import BOARD  # noqa: E402
from hecsim.web.lab import LabPage  # noqa: E402
from hecsim.web.shell import Layout  # noqa: E402
from hecsim.web.start import StartPage  # noqa: E402
from hecsim.web.studio import StudioPage  # noqa: E402

BOARD.warm()
open_evening(BOARD)

routes = [
    solara.Route("/", component=StartPage, layout=Layout, label="hecsim"),
    solara.Route("studio", component=StudioPage, label="hecsim"),
    solara.Route("compare", component=ComparePage, label="hecsim"),
    solara.Route("plan", component=PlanPage, label="hecsim"),
    solara.Route("family", component=FamilyPage, label="hecsim"),
    solara.Route("lab", component=LabPage, label="hecsim"),
    solara.Route("about", component=AboutPage, label="hecsim"),
]
