"""What a page shows depends on what has been proven, and on nothing else."""

import pytest

from counterfoil.http.house import House
from counterfoil_devices.emulated import Model
from counterfoil_web import Wording
from tests.ceremonies.desk import PASSWORD
from tests.house import HandClock
from tests.http.visitor import Visitor

SAY = Wording("en").say


@pytest.mark.parametrize(
    ("transports", "drawing"),
    [(("usb",), "usb_key"), (("nfc",), "nfc_key"), (("internal",), "device")],
)
def test_after_the_password_the_drawing_is_that_of_the_persons_key(
    house: House, transports: tuple[str, ...], drawing: str
) -> None:
    visitor = Visitor(house, model=Model(transports=transports))
    visitor.enrol("Ada", password=PASSWORD, alone=False)
    interaction = visitor.start()
    visitor.type_password(interaction, "Ada")

    after = visitor.get(f"/sign-in/{interaction}").text

    assert SAY(f"gesture.{drawing}") in after


def test_a_step_up_shows_the_persons_key_too(house: House, clock: HandClock) -> None:
    visitor = Visitor(house, model=Model(transports=("nfc",)))
    visitor.enrol()
    visitor.touch_in()
    clock.pass_s(301)

    page = visitor.get(visitor.post("/tokens/add").headers["location"])

    assert SAY("gesture.nfc_key") in page.text
