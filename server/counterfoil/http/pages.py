"""HTML answers: a page of `counterfoil_web` with the headers that every page needs."""

from collections.abc import Sequence

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from counterfoil.errors import Refused, told, voice
from counterfoil.http.house import House, house_of
from counterfoil.http.negotiation import here, language_of
from counterfoil.http.problems import log_refusal, retry_after
from counterfoil.kit import base64url
from counterfoil_web import Problem, content_security_policy


def page(
    request: Request,
    template: str,
    status: int = 200,
    *,
    form_action: Sequence[str] = (),
    **facts: object,
) -> Response:
    """`form_action`: origins beside ours where a form of this page may end (the redirect's)."""
    problem = facts.get("problem")
    wait_s = problem.seconds if isinstance(problem, Problem) else 0
    language = language_of(request)
    # An error repeats no address that led to it: another language is chosen where one starts again.
    back = str(facts.get("start_again", "/")) if template == "error" else here(request)
    html = house_of(request).pages.render(template, language=language, here=back, **facts)
    return Response(
        html,
        status,
        {
            "Content-Security-Policy": content_security_policy(form_action),
            "Cache-Control": "no-store",
            **retry_after(status, wait_s),
            "Content-Language": language,
            "Vary": "Accept-Language, Cookie",
        },
        "text/html; charset=utf-8",
    )


def problem_of(house: House, refused: Refused) -> Problem:
    """What a person reads of a refusal, with a short reference that the log has too."""
    reference = base64url.encode(house.entropy(6))
    return Problem(
        told(refused.reason).value, voice(refused.reason).public, reference, refused.by_s
    )


def said(request: Request, refused: Refused | None) -> tuple[int, Problem | None]:
    """The status of a page that may say why not, and what it says; the log has it as well."""
    if refused is None:
        return 200, None
    problem = problem_of(house_of(request), refused)
    log_refusal(request, refused, problem.reference)
    return voice(refused.reason).status, problem


def error_page(request: Request, refused: Refused, *, start_again: str = "/") -> Response:
    status, problem = said(request, refused)
    return page(request, "error", status, problem=problem, start_again=start_again)


def see_other(path: str) -> Response:
    """303: the browser comes back with a GET, and a reload repeats nothing."""
    return RedirectResponse(path, 303, {"Cache-Control": "no-store"})
