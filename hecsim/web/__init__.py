"""The browser app: plan a mix, see what it would do, follow one family, look up every number.

`app.py` at the root of a checkout serves it (`solara run app.py`, or `hecsim app`). Nothing is fetched
from outside: pages, scripts and fonts come from this machine.

    state.py    what the URL says, parsed and checked
    plan.py     that state as a study
    cache.py    where results are kept, and under which name
    worker.py   what a worker process does
    jobs.py     runs in worker processes: progress, cancel, results
    view.py     results as pictures and tables, by the report's own functions
    words.py    texts in English and Spanish
    shell.py    frame of every page; start.py, studio.py, family.py, about.py: the pages
    server.py   settings of the server, and the guard before it
"""
