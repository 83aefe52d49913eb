"""Pictures of Garland's pages, taken in Chromium by `make screenshots`.

`tour.py` does what docs/tour.md tells, `every_page.py` goes through all pages, `states.py` brings
pages into the states that are seldom seen; `taking.py` is how a picture is taken.
"""
