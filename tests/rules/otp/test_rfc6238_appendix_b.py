"""RFC 6238 Appendix B, with its erratum: a key as long as each hash's output."""

import itertools

import pytest

from counterfoil.factors.otp.rules import NEVER, Algorithm, Parameters, TimeStep, accept, hotp

SEED = b"1234567890"
KEYS = {
    Algorithm.SHA1: (SEED * 2),
    Algorithm.SHA256: (SEED * 4)[:32],
    Algorithm.SHA512: (SEED * 7)[:64],
}
STEPS = {
    59: 0x0000000000000001,
    1111111109: 0x00000000023523EC,
    1111111111: 0x00000000023523ED,
    1234567890: 0x000000000273EF07,
    2000000000: 0x0000000003F940AA,
    20000000000: 0x0000000027BC86AA,
}
CODES = {
    Algorithm.SHA1: ("94287082", "07081804", "14050471", "89005924", "69279037", "65353130"),
    Algorithm.SHA256: ("46119246", "68084774", "67062674", "91819424", "90698825", "77737706"),
    Algorithm.SHA512: ("90693936", "25091201", "99943326", "93441116", "38618901", "47863826"),
}
VECTORS = [
    (algorithm, at_s, code)
    for algorithm, codes in CODES.items()
    for at_s, code in zip(STEPS, codes, strict=True)
]


@pytest.mark.parametrize(("at_s", "step"), [*STEPS.items()])
def test_the_steps(at_s: int, step: int) -> None:
    assert Parameters(period_s=30).step_at(at_s * 1000) == step
    assert Parameters(period_s=30).step_at(at_s * 1000 + 999) == step


@pytest.mark.parametrize(("algorithm", "at_s", "code"), VECTORS)
def test_the_codes(algorithm: Algorithm, at_s: int, code: str) -> None:
    assert hotp(KEYS[algorithm], STEPS[at_s], 8, algorithm) == code


@pytest.mark.parametrize(("algorithm", "at_s", "code"), VECTORS)
def test_the_codes_are_accepted_at_their_times(algorithm: Algorithm, at_s: int, code: str) -> None:
    parameters = Parameters(algorithm, digits=8, period_s=30)
    accepted = accept(parameters, NEVER, KEYS[algorithm], code, at_s * 1000)
    assert accepted == TimeStep(STEPS[at_s])


def test_every_hash_has_every_time() -> None:
    assert [v[:2] for v in VECTORS] == list(itertools.product(Algorithm, STEPS))
    assert {a: a.new_secret_bytes for a in Algorithm} == {a: len(KEYS[a]) for a in Algorithm}
