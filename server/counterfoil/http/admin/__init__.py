"""The administration's pages: who may come in, people, applications, events, the first page."""

from starlette.routing import Route

from counterfoil.http.admin import applications, bulk, door, events, overview, people, person

routes = [
    Route("/admin/step-up", door.step_up, methods=["POST"]),
    *overview.routes,
    *people.routes,
    *bulk.routes,
    *person.routes,
    *applications.routes,
    *events.routes,
]
