"""The root key's file: long enough, for nobody else to read."""

from pathlib import Path

import pytest

from counterfoil.kit.entropy import system_entropy
from counterfoil.kit.sealing import DataKeyPurpose, Keyring, RootKey, new_data_keys
from counterfoil.settings import BadSettings, read_root_key

PURPOSE = DataKeyPurpose.AUTHENTICATORS


def write(path: Path, content: bytes, mode: int = 0o600) -> Path:
    path.write_bytes(content)
    path.chmod(mode)
    return path


@pytest.mark.parametrize("length", [32, 33, 4096])
def test_the_bytes_are_the_key(tmp_path: Path, length: int) -> None:
    file = write(tmp_path / "root.key", bytes(range(32)) * (length // 32) + b"x" * (length % 32))
    keys = new_data_keys(read_root_key(file), system_entropy)
    blob = Keyring(read_root_key(file), keys).seal(PURPOSE, "row", b"secret", system_entropy)
    assert Keyring(read_root_key(file), keys).open(PURPOSE, "row", blob) == b"secret"


@pytest.mark.parametrize("length", [0, 31, 4097])
def test_another_length_is_refused(tmp_path: Path, length: int) -> None:
    with pytest.raises(BadSettings, match="32 to 4096 bytes"):
        read_root_key(write(tmp_path / "root.key", b"x" * length))


@pytest.mark.parametrize("mode", [0o400, 0o600])
def test_a_private_file_is_read(tmp_path: Path, mode: int) -> None:
    assert isinstance(read_root_key(write(tmp_path / "root.key", b"x" * 32, mode)), RootKey)


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o610, 0o602, 0o666, 0o620])
def test_a_file_that_others_may_touch_is_refused(tmp_path: Path, mode: int) -> None:
    file = write(tmp_path / "root.key", b"x" * 32, mode)
    with pytest.raises(BadSettings, match=f"{mode:04o}") as caught:
        read_root_key(file)
    assert caught.value.try_ == f"chmod 600 {file}"


def test_a_missing_file_and_a_folder_are_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(BadSettings, match="no root key"):
        read_root_key(tmp_path / "missing")
    with pytest.raises(BadSettings, match="cannot be read"):
        read_root_key(tmp_path)
