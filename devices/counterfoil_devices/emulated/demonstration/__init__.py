"""An emulated person with an emulated key: a program of its own that knows a service by HTTP only.

`python -m counterfoil_devices.emulated.demonstration --state FILE` takes errands as JSON, one a
line, on standard input, and tells what happened as JSON, one event a line, on standard output.

web.py      a browser without a screen: cookies, redirects, the headers that browsers send
pages.py    what a page offers: a form, a way to choose, a ceremony
person.py   opening an invitation, enrolling, signing in, trying an answer twice
state.py    the key and its PIN, kept between two runs
"""
