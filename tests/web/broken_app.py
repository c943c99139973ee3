"""The app with pages that fail: when they are drawn, after a click, and one that cannot be made at all."""

import solara

from hecsim.web import app
from hecsim.web.shell import Layout

SECRET = "a secret of the server"


@solara.component
def AtOnce() -> None:
    """Fails when it is drawn."""
    raise ValueError(SECRET)


@solara.component
def Later() -> None:
    """Fails when it is drawn again."""
    broken, break_it = solara.use_state(False)
    if broken:
        raise ValueError(SECRET)
    solara.HTML(tag="h1", unsafe_innerHTML="Not yet")
    solara.Button("break", on_click=lambda: break_it(True), classes=["breaks"])


@solara.component
def BrokenLayout(children: list = []) -> None:  # noqa: B006
    """Fails outside every boundary of the app."""
    raise ValueError(SECRET)


routes = [
    solara.Route("/", component=app.StartPage, layout=Layout, label="hecsim"),
    solara.Route("now", component=AtOnce, label="hecsim"),
    solara.Route("later", component=Later, label="hecsim"),
    solara.Route("about", component=app.AboutPage, label="hecsim"),
    solara.Route("outside", component=AtOnce, layout=BrokenLayout, label="hecsim"),
]
