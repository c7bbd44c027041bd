"""One worker process: the whole service on a socket that it was born with.

`python -m tests.ceremonies.worker DESCRIPTOR DATABASE_URL`
"""

import socket
import sys

import uvicorn

from counterfoil.app import make_app, make_house
from counterfoil.kit.clock import SystemClock
from counterfoil.kit.sealing import RootKey
from tests.house import ROOT_KEY_MATERIAL, settings_for


def serve(descriptor: int, url: str) -> None:
    house = make_house(settings_for(url), RootKey(ROOT_KEY_MATERIAL), clock=SystemClock())
    config = uvicorn.Config(
        make_app(house), http="httptools", lifespan="on", log_level="warning", access_log=False
    )
    uvicorn.Server(config).run([socket.socket(fileno=descriptor)])


if __name__ == "__main__":
    serve(int(sys.argv[1]), sys.argv[2])
