"""Settings of the documentation site: `make docs` builds it, and it works from disk without a server."""

from hecsim import __version__

project = "hecsim"
author = "the hecsim authors"
copyright = "the hecsim authors"  # the word that Sphinx asks for
version = release = __version__

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon", "sphinx_click"]
source_suffix = {".md": "markdown"}
root_doc = "index"
exclude_patterns = ["_build", "model/generated"]
myst_enable_extensions = ["deflist", "colon_fence"]
myst_heading_anchors = 4
suppress_warnings = ["myst.header"]
autodoc_typehints = "description"
autodoc_member_order = "bysource"

html_theme = "furo"
html_title = "hecsim"
html_static_path: list[str] = []
# Nothing is fetched from outside: the pages open without the internet.
html_theme_options = {"footer_icons": []}
