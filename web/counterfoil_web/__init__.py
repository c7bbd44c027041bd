"""Everything that a person reads and presses: pages, styles, plain ES modules, words.

The package knows nothing of the service: it is given facts and answers with HTML.
"""

from counterfoil_web.account_facts import (
    ADVICE,
    DONE,
    EVENTS,
    FIELDS,
    OFFERS,
    TABS,
    Happening,
    Link,
    News,
    Profile,
    Visit,
)
from counterfoil_web.browsers import browser_and_system
from counterfoil_web.changes import CHANGES, say_browser, say_change, say_item, say_origin
from counterfoil_web.facts import (
    NOTICES,
    SIGNED_OUT_BY,
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
    "ADVICE",
    "CHANGES",
    "DARK",
    "DONE",
    "EVENTS",
    "FIELDS",
    "LANGUAGES",
    "LIGHT",
    "LINK_LETTERS",
    "MAX_LOGO_BYTES",
    "NOTICES",
    "OFFERS",
    "OUR_LOOK",
    "SIGNED_OUT_BY",
    "STATIC",
    "STEP_UP_REASONS",
    "TABS",
    "TEMPLATES",
    "WAYS",
    "Application",
    "BadLogo",
    "Happening",
    "Language",
    "Letters",
    "Link",
    "Look",
    "News",
    "Pages",
    "Person",
    "Problem",
    "Profile",
    "StaticFile",
    "StaticFiles",
    "Theme",
    "Token",
    "Visit",
    "Wording",
    "Written",
    "browser_and_system",
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
