"""The browser app: plan a mix, compare mixes, found a collaborative, follow one family, design a study, check numbers.

`app.py` at the root of a checkout serves it (`solara run app.py`, or `hecsim app`). Nothing is fetched
from outside: pages, scripts and fonts come from this machine.

    state.py    what the URL says, parsed and checked
    plan.py     that state as a study
    cache.py    where results are kept, and under which name
    worker.py   what a worker process does
    jobs.py     runs in worker processes: progress, cancel, results
    view.py     results as pictures and tables, by the report's own functions
    side.py     several mixes in the same futures; budget.py: spending against a budget
    words.py    texts in English and Spanish, with words_pages.py and words_plan.py
    shell.py    frame of every page; start.py, studio.py, compare.py, collaborate.py, family.py, lab.py, about.py: the pages
    downloads.py  data of finished runs; forum/: the plain pages of a forum
    server.py   settings of the server, and the guard before it
"""
