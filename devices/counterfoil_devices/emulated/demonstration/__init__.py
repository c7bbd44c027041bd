"""An emulated person with a key and a phone: a program that knows a service by HTTP only.

`python -m counterfoil_devices.emulated.demonstration --state FILE` takes errands as JSON, one a
line, on standard input, and tells what happened as JSON, one event a line, on standard output.

web.py      a browser without a screen: cookies, redirects, the headers that browsers send
pages.py    what a page offers: a form, a way to choose, a ceremony
visits.py   what is done on any page
person.py   opening an invitation, enrolling a key, signing in, trying an answer twice
state.py    the key and its PIN, kept between two runs

person_with_phone.py  the same with a password and a phone, by forms alone
phone.py         the phone, kept between two runs and held by two hands
phone_pages.py   its screen, for a person with a browser
phone_server.py  where that screen is shown; the same as JSON for programs
"""
