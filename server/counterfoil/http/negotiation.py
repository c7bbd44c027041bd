"""Which language a browser is answered in: its choice here, else what it asks for, else ours."""

import re
from collections.abc import Collection, Iterable

from starlette.requests import Request
from starlette.routing import Match

from counterfoil.http.house import house_of
from counterfoil_web import NOTICES, STEP_UP_REASONS, WAYS

LANGUAGE_COOKIE = "counterfoil_language"
MAX_HEADER = 1024
# What our own links write behind a path.
_OWN_NAMES = frozenset({"way", "why", "done"})
_OWN_WORDS = WAYS | NOTICES | STEP_UP_REASONS | {"phone", "recovery"}
MAX_RANGES = 32
MAX_PATH = 8192
# RFC 9110 §12.5.4 and §12.4.2: a language range of RFC 4647 and its weight.
_RANGE = re.compile(
    r"[ \t]*(\*|[A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8})*)"
    r"(?:[ \t]*;[ \t]*[qQ]=(0(?:\.[0-9]{0,3})?|1(?:\.0{0,3})?))?[ \t]*"
)
_OWN_PATH = re.compile(r"/(?![/\\])[!-\[\]-~]*")


def language_of(request: Request) -> str:
    """The tag of the language for this answer; always one that the pages speak."""
    house = house_of(request)
    spoken = house.pages.languages
    chosen = request.cookies.get(LANGUAGE_COOKIE)
    if chosen is not None and chosen in spoken:
        return chosen
    header = ",".join(request.headers.getlist("accept-language"))
    return best_language(header, spoken, house.settings.language)


def best_language(header: str, spoken: Collection[str], ours: str) -> str:
    """The spoken language that an Accept-Language prefers; `ours` when it names none of them.

    A range is shortened until something fits (RFC 4647 §3.4, Lookup): `de-AT` is content with
    `de`. What it gives the weight 0 is not chosen for it. What is unreadable is passed over.
    """
    ranges = sorted(_read_ranges(header[:MAX_HEADER]), key=lambda found: -found[1])
    unwanted = {tag for tag, weight in ranges if weight == 0}
    acceptable = [tag for tag in spoken if tag not in unwanted]
    for wanted, weight in ranges:
        if weight == 0:
            break
        if wanted == "*":
            found = ours if ours in acceptable else next(iter(acceptable), None)
        else:
            found = next((tag for tag in _shortened(wanted) if tag in acceptable), None)
        if found is not None:
            return found
    return ours


def here(request: Request) -> str:
    """The address to which a browser can come back with a GET for what it sees now.

    The answer to a form has none of its own: it is the nearest page above it. "/" when the
    address is no plain one. What somebody else may have written behind a path is not repeated;
    a page's own words are, and the filters of the administration.
    """
    path = request.scope["path"]
    if request.method in ("GET", "HEAD"):
        query = request.scope["query_string"].decode("latin-1")
        keeps = path.startswith("/admin") or _is_of_our_words(query)
        return own_path(f"{path}?{query}" if query and keeps else path)
    return next((own_path(p) for p in _upwards(path) if _can_get(request, p)), "/")


def _is_of_our_words(query: str) -> bool:
    pairs = (pair.partition("=") for pair in query.split("&"))
    return all(name in _OWN_NAMES and value in _OWN_WORDS for name, _, value in pairs)


def own_path(text: str) -> str:
    r"""The text when it is a path of ours, else "/".

    Browsers take `//host` and `/\host` for another site, and drop tabs and newlines: a path is
    printable ASCII without backslashes or spaces.
    """
    fits = len(text) <= MAX_PATH and _OWN_PATH.fullmatch(text)
    return text if fits else "/"


def _read_ranges(header: str) -> Iterable[tuple[str, float]]:
    for part in header.split(",")[:MAX_RANGES]:
        found = _RANGE.fullmatch(part)
        if found is not None:
            yield found[1].lower(), float(found[2] or 1)


def _shortened(tag: str) -> Iterable[str]:
    while tag:
        yield tag
        tag = tag.rpartition("-")[0]


def _upwards(path: str) -> Iterable[str]:
    while path:
        yield path
        path = path.rpartition("/")[0]


def _can_get(request: Request, path: str) -> bool:
    scope = {**request.scope, "method": "GET", "path": path}
    return any(route.matches(scope)[0] is Match.FULL for route in request.app.router.routes)
