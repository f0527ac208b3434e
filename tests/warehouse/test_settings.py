"""What a bank may choose: a file, the environment on top, and a sentence for every mistake."""

from __future__ import annotations

from dataclasses import FrozenInstanceError
from pathlib import Path

import pytest
from click.testing import CliRunner

from cli import entry
from cli.__main__ import main
from warehouse.errors import Problem
from warehouse.settings import Settings, read
from warehouse.stores import connect


def _file(folder: Path, text: str) -> Path:
    file = folder / "settings.toml"
    file.write_text(text, encoding="utf-8")
    return file


def test_without_a_file_and_an_environment_every_choice_has_its_default(tmp_path: Path) -> None:
    assert read(tmp_path / "settings.toml", {}) == Settings()


def test_the_file_chooses_and_the_environment_stands_on_top(tmp_path: Path) -> None:
    file = _file(tmp_path, "large_savings = 1000\nalert_due_days = 10\nsecure_cookies = true\n")
    assert read(file, {}) == Settings(large_savings=1000.0, alert_due_days=10, secure_cookies=True)
    environment = {
        "CONCORD_ALERT_DUE_DAYS": "7",
        "CONCORD_SECURE_COOKIES": "false",
        "CONCORD_DATA_DIR": str(tmp_path / "here"),
        "WAREHOUSE_URL": "postgresql+psycopg://bank",
        "APP_DB_URL": "postgresql+psycopg://application database",
        "ALERT_DUE_DAYS": "99",
        "PATH": "/bin",
    }
    chosen = read(file, environment)
    assert chosen == Settings(
        large_savings=1000.0,
        alert_due_days=7,
        data_dir=tmp_path / "here",
        warehouse_url="postgresql+psycopg://bank",
        app_db_url="postgresql+psycopg://application database",
    )


def test_a_setting_that_does_not_exist_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(Problem, match=r"“larg_savings”, which does not exist.*large_savings"):
        read(_file(tmp_path, "larg_savings = 1\n"), {})


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ('alert_due_days = "soon"', "“alert_due_days” is “soon”, which is not a whole number"),
        ('hold_out_share = "a tenth"', "“hold_out_share”"),
        ("alert_due_days = [1]", "“alert_due_days”"),
        ('secure_cookies = "perhaps"', "“secure_cookies” is “perhaps”"),
        ("large_savings = ", "settings.toml cannot be read"),
        ("hold_out_share = 10", "“hold_out_share” is 10; it must be from 0 to 0.5"),
        ("discount_rate = nan", "“discount_rate” is nan"),
        ("fiscal_year_starts = 13", "“fiscal_year_starts” is 13; it must be from 1 to 12"),
        ("smallest_cell = 0", "“smallest_cell” is 0"),
        ('timezone = "Hong Kong"', "“Hong Kong”, which is no time zone"),
        ('timezone = "../zone"', "“../zone”, which is no time zone"),
        ('timezone = "Asia"', "“Asia”, which is no time zone"),
    ],
)
def test_a_value_of_the_wrong_kind_is_refused_with_its_name(line: str, message: str, tmp_path: Path) -> None:
    with pytest.raises(Problem, match=message):
        read(_file(tmp_path, line + "\n"), {})


def test_a_wrong_value_of_the_environment_is_refused_too(tmp_path: Path) -> None:
    with pytest.raises(Problem, match="idle_minutes"):
        read(tmp_path / "settings.toml", {"CONCORD_IDLE_MINUTES": "half an hour"})


def test_a_file_that_is_not_text_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "settings.toml"
    file.write_bytes(b"timezone = '\xff\xfe'")
    with pytest.raises(Problem, match=r"settings\.toml cannot be read"):
        read(file, {})


def test_a_command_started_elsewhere_reads_the_same_file_as_the_pages(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _file(tmp_path, f'smallest_cell = 77\ndata_dir = "{tmp_path / "data"}"\n')
    elsewhere = tmp_path / "home of the scheduler"
    elsewhere.mkdir()
    monkeypatch.chdir(elsewhere)
    monkeypatch.setattr(entry, "HERE", tmp_path)
    monkeypatch.delenv("CONCORD_DATA_DIR", raising=False)
    monkeypatch.setattr(connect, "_here", None)
    done = CliRunner().invoke(main, ["users", "list"])
    assert done.exit_code == 0, done.output
    assert connect.here().settings.smallest_cell == 77
    assert list(elsewhere.iterdir()) == []


def test_settings_do_not_change_once_read() -> None:
    with pytest.raises(FrozenInstanceError):
        Settings().smallest_cell = 1  # type: ignore[misc]
