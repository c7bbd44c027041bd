"""Everything that a person reads and presses: pages, styles, plain ES modules, words.

The package knows nothing of the service: it is given facts and answers with HTML.
"""

from counterfoil_web.changes import CHANGES, say_browser, say_change, say_item, say_origin
from counterfoil_web.facts import (
    NOTICES,
    STEP_UP_REASONS,
    WAYS,
    Application,
    Person,
    Problem,
    Token,
)
from counterfoil_web.letters import LINK_LETTERS, Letters, Written
from counterfoil_web.pages import TEMPLATES, Pages
from counterfoil_web.policy import content_security_policy
from counterfoil_web.static_files import STATIC, StaticFile, static_file, static_version
from counterfoil_web.wording import Wording

__all__ = [
    "CHANGES",
    "LINK_LETTERS",
    "NOTICES",
    "STATIC",
    "STEP_UP_REASONS",
    "TEMPLATES",
    "WAYS",
    "Application",
    "Letters",
    "Pages",
    "Person",
    "Problem",
    "StaticFile",
    "Token",
    "Wording",
    "Written",
    "content_security_policy",
    "say_browser",
    "say_change",
    "say_item",
    "say_origin",
    "static_file",
    "static_version",
]
