"""An office for each test, on each database."""

import pytest

from counterfoil.http.house import House
from tests.administration.office import Office, office_in


@pytest.fixture
def office(house: House) -> Office:
    return office_in(house)
