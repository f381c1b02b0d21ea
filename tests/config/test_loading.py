"""Settings: where they come from, and what is said of wrong ones."""

from pathlib import Path

import pytest

import config
from config.commands import lines


def load(tmp_path: Path, toml: str = "", **environ: str) -> config.Settings:
    """The settings of a file and an environment."""
    file = tmp_path / "darkroom.toml"
    file.write_text(toml)
    return config.load({"DATA_DIR": str(tmp_path / "data")} | environ, file)


def test_environment_over_file_over_default(tmp_path: Path) -> None:
    settings = load(tmp_path, 'server.port = 1\ncache.memory.bytes = "10MiB"\n', PORT="2")
    assert (settings.server_port, settings.cache_memory_bytes, settings.server_threads) == (2, 10 * 2**20, 128)
    assert settings.sources["server.port"] == "environment: PORT"
    assert settings.sources["cache.memory.bytes"] == "darkroom.toml"


def test_roots_in_the_order_of_their_numbers(tmp_path: Path) -> None:
    settings = load(tmp_path, 'robot.root.10.path = "/c"\nrobot.root.2.path = "/b"', ROBOT_ROOT_2_ALIAS="x")
    assert [(root.alias, str(root.path)) for root in settings.roots] == [("x", "/b"), ("c", "/c")]


def test_a_home_is_a_folder_also_of_somebody_who_is_not_here(tmp_path: Path) -> None:
    own, nobodys = load(tmp_path, ROBOT_ROOT_0_PATH="~/a", ROBOT_ROOT_1_PATH="~nobody-of-this-name/b").roots
    assert (own.path, nobodys.path) == (Path.home() / "a", Path.cwd() / "~nobody-of-this-name/b")


def test_all_wrong_values_at_once_each_with_name_value_and_what_is_allowed(tmp_path: Path) -> None:
    with pytest.raises(config.SettingsError) as caught:
        load(
            tmp_path,
            'server.prot = 1\nrender.timeout = true\n[robot.root.0]\nalias = "a"',
            PORT="65536",
            CACHE_MEMORY_BYTES="lots",
            REDIS_URL="http://secret",
            RENDER_MAX_SIDE="nan",
            SERVER_THREADS="100",
        )
    said = "\n".join(caught.value.problems)
    assert len(caught.value.problems) == 8
    for words in (
        ("server.prot", "server.port"),
        ("render.timeout", "True", "0.1 to 600"),
        ("robot.root.0.path is missing",),
        ("server.port", "65536", "0 to 65535"),
        ("cache.memory.bytes", "lots", "64MB"),
        ("redis.url", "redis://"),
        ("render.max.side", "nan"),
        ("server.waiting.places", "120", "server.threads"),
    ):
        assert any(all(word in line for word in words) for line in caught.value.problems), words
    assert "secret" not in said.replace("(secret)", "")


def test_a_file_that_is_not_toml_is_named(tmp_path: Path) -> None:
    with pytest.raises(config.SettingsError, match=r"darkroom\.toml is not TOML"):
        load(tmp_path, "= nonsense")


def test_two_roots_of_one_alias(tmp_path: Path) -> None:
    with pytest.raises(config.SettingsError, match=r"robot\.root\.1\.alias is 'a'"):
        load(tmp_path, ROBOT_ROOT_0_PATH="/x/a", ROBOT_ROOT_1_PATH="/y/a")


def test_every_setting_is_printed_but_no_secret(tmp_path: Path) -> None:
    text = "\n".join(lines(load(tmp_path, REDIS_URL="redis://:word@host")))
    assert all(row.name in text for row, _ in config.every_setting())
    assert "word@" not in text
