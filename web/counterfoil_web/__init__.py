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
from counterfoil_web.languages import LANGUAGES, Language, spoken
from counterfoil_web.letters import LINK_LETTERS, Letters, Written
from counterfoil_web.logo import MAX_LOGO_BYTES, BadLogo, read_logo
from counterfoil_web.look import (
    AA,
    AAA,
    DARK,
    LIGHT,
    OUR_LOOK,
    Look,
    Theme,
    dark_of,
    legibility,
    make_look,
    nearest,
)
from counterfoil_web.pages import TEMPLATES, Pages
from counterfoil_web.policy import content_security_policy
from counterfoil_web.static_files import (
    STATIC,
    StaticFile,
    StaticFiles,
    static_file,
    static_version,
)
from counterfoil_web.wording import Wording

__all__ = [
    "AA",
    "AAA",
    "CHANGES",
    "DARK",
    "LANGUAGES",
    "LIGHT",
    "LINK_LETTERS",
    "MAX_LOGO_BYTES",
    "NOTICES",
    "OUR_LOOK",
    "STATIC",
    "STEP_UP_REASONS",
    "TEMPLATES",
    "WAYS",
    "Application",
    "BadLogo",
    "Language",
    "Letters",
    "Look",
    "Pages",
    "Person",
    "Problem",
    "StaticFile",
    "StaticFiles",
    "Theme",
    "Token",
    "Wording",
    "Written",
    "content_security_policy",
    "dark_of",
    "legibility",
    "make_look",
    "nearest",
    "read_logo",
    "say_browser",
    "say_change",
    "say_item",
    "say_origin",
    "spoken",
    "static_file",
    "static_version",
]
