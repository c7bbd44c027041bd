"""Styles, modules and drawings: from memory, named by the hash of their content."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from counterfoil.errors import Reason
from counterfoil.http.house import house_of
from counterfoil.http.problems import problem


async def static(request: Request) -> Response:
    files = house_of(request).pages.files
    found = files.find(request.path_params["name"])
    if found is None:
        return problem(Reason.NOT_FOUND)
    current = request.path_params["version"] == files.version
    headers = {"Cache-Control": "public, max-age=31536000, immutable" if current else "no-cache"}
    if found.policy:
        headers["Content-Security-Policy"] = found.policy
    return Response(found.body, 200, headers, found.media_type)


routes = [Route("/static/{version}/{name}", static)]
