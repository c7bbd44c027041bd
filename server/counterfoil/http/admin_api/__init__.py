"""`/api/admin`: the administration for programs, and for pages of ours in a browser.

door.py     who is asking: a browser's session, or an access token with the scope
guard.py    what every route goes through: the door, a bounded and strict body, no cache
shapes.py   what is sent and answered, as strict models
the rest    the routes, each one flow of `administration`
"""

from starlette.routing import BaseRoute

from counterfoil.http.admin_api import clients, log, people, person

__all__ = ["routes"]

routes: list[BaseRoute] = [
    *people.router.routes,
    *person.router.routes,
    *clients.router.routes,
    *log.router.routes,
]
