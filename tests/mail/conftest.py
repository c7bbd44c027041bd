from collections.abc import Iterator

import pytest

from counterfoil.http.house import House
from tests.house import HandClock
from tests.mail.office import office
from tests.mail.sink import Sink, running


@pytest.fixture
def sink() -> Iterator[Sink]:
    """A mail server that takes everything, until a test says otherwise."""
    with running(Sink()) as listening:
        yield listening


@pytest.fixture
def mailing(installed_database_url: str, clock: HandClock, sink: Sink) -> Iterator[House]:
    """A service whose letters go to the sink."""
    with office(installed_database_url, clock, sink) as house:
        yield house
