"""A town for each test, on each database."""

from collections.abc import Iterator

import pytest

from tests.oauth.town import Town, town_on


@pytest.fixture
def town(upgraded_database_url: str) -> Iterator[Town]:
    with town_on(upgraded_database_url) as town:
        yield town
