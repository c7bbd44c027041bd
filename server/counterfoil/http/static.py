"""Styles, modules and drawings: from memory, named by the hash of their content."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from counterfoil.errors import Reason
from counterfoil.http.problems import problem
from counterfoil_web import static_file, static_version


async def static(request: Request) -> Response:
    found = static_file(request.path_params["name"])
    if found is None:
        return problem(Reason.NOT_FOUND)
    current = request.path_params["version"] == static_version()
    caching = "public, max-age=31536000, immutable" if current else "no-cache"
    return Response(found.body, 200, {"Cache-Control": caching}, found.media_type)


routes = [Route("/static/{version}/{name}", static)]
