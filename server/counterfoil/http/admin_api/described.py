"""How an operation is documented: its name, whose it is by the role matrix, and its refusals."""

from typing import Any

from counterfoil.accounts import Role
from counterfoil.administration import Action
from counterfoil.administration.rules import MATRIX
from counterfoil.errors import Reason, voice

PROBLEM = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
# What any operation may answer, by the door alone.
_DOOR = (
    Reason.SIGNED_OUT,
    Reason.INVALID_TOKEN,
    Reason.INSUFFICIENT_SCOPE,
    Reason.FORBIDDEN,
    Reason.LEVEL_TOO_LOW,
    Reason.MALFORMED,
)
# And what any change may.
_CHANGE = (Reason.FOREIGN_REQUEST,)


def looks(name: str, action: Action, *more: Reason) -> dict[str, Any]:
    """The documentation of a route that only looks: keyword arguments of its decorator."""
    return _documented(name, action, (*_DOOR, *more))


def changes(name: str, action: Action, *more: Reason) -> dict[str, Any]:
    """The documentation of a route that changes something."""
    return _documented(name, action, (*_DOOR, *_CHANGE, *more))


def _documented(name: str, action: Action, reasons: tuple[Reason, ...]) -> dict[str, Any]:
    by_status: dict[int, list[Reason]] = {}
    for reason in reasons:
        by_status.setdefault(voice(reason).status, []).append(reason)
    responses: dict[int | str, dict[str, Any]] = {
        status: {
            "description": ", ".join(f"`{reason.value}`" for reason in found),
            "content": PROBLEM,
        }
        for status, found in sorted(by_status.items())
    }
    roles = {
        role.value: sorted(target.value for target in MATRIX[action][role])
        for role in Role
        if MATRIX[action][role]
    }
    return {
        "operation_id": name,
        "responses": responses,
        "openapi_extra": {"x-counterfoil-action": action.value, "x-counterfoil-roles": roles},
    }
