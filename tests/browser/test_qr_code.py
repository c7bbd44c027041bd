"""The QR code as a camera sees it: read by zbar, answered by oathtool, in light and in dark.

Neither knows us: the page, the link and the code are right for phones that we did not write.
"""

import shutil
from pathlib import Path
from typing import Literal
from urllib.parse import parse_qs, unquote, urlsplit

import pytest

from counterfoil.factors.kind import KindName
from tests.browser.person import Person
from tests.browser.phone import link_of, oathtool, photograph
from tests.browser.stage import Stage
from tests.ceremonies.desk import the_authenticator
from tests.needs import needs

SERVICE = "Zürich: Größe & Söhne 100%"
NAMES = {"SHA1": "jürgen.groß", "SHA256": "ada+phone=1", "SHA512": "王小明"}


@pytest.mark.parametrize(
    ("changes", "scheme"),
    [
        pytest.param(
            {"service_name": SERVICE, "totp_algorithm": algorithm, "totp_digits": digits},
            scheme,
            id=f"{algorithm}-{digits}-{scheme}",
        )
        for algorithm in NAMES
        for digits in (6, 8)
        for scheme in ("light", "dark")
    ],
)
def test_a_photographed_code_is_read_by_zbar_and_answered_by_oathtool(
    stage: Stage, ada: Person, tmp_path: Path, scheme: Literal["light", "dark"]
) -> None:
    needs("Debian's zbar-tools", shutil.which("zbarimg"))
    needs("Debian's oathtool", shutil.which("oathtool"))
    settings = stage.house.settings
    name = NAMES[settings.totp_algorithm]
    account = stage.add(name)
    ada.page.emulate_media(color_scheme=scheme)
    ada.scans_later(account)
    link = photograph(ada.page, tmp_path)
    assert link == link_of(ada.page)
    seen = urlsplit(link)
    assert unquote(seen.path) == f"/{SERVICE}:{name}"
    # Apps split the label at its first colon: the service's own must not be one.
    assert seen.path.count(":") == 1
    said = {key: values[0] for key, values in parse_qs(seen.query).items()}
    assert said["issuer"] == SERVICE
    algorithm, digits = said.get("algorithm", "SHA1"), int(said.get("digits", "6"))
    assert (algorithm, digits) == (settings.totp_algorithm, settings.totp_digits)
    period_s, now_s = int(said.get("period", "30")), stage.clock.at_ms // 1000
    code = oathtool(said["secret"], algorithm, digits, period_s, now_s)
    assert len(code) == digits
    ada.types_code(code, "Set up this phone")
    ada.reads("Set up a second one?")
    assert the_authenticator(stage.house, account, KindName.TOTP).live
