"""Who may have an account, and what a wrong password costs."""

from __future__ import annotations

import bcrypt
import pytest
from click.testing import CliRunner
from streamlit_authenticator.utilities.hasher import Hasher

from cli.__main__ import main
from sign_in import account_import, accounts, guessing, sessions
from tests.sign_in.amy_chan import OFFICE, PASSWORD
from warehouse.errors import ChangeRefused

ASH = "a passphrase for ash"


@pytest.mark.parametrize(
    ("password", "why"),
    [
        ("short", "12 to 64"),
        ("x" * 65, "12 to 64"),
        ("密" * 30, "Chinese"),
        ("abababababab", "easy to guess"),
        ("ash is my name", "easy to guess"),
        ("with a\ttab inside", "tabs"),
    ],
)
def test_a_poor_password_is_refused_with_a_sentence(stores, password, why):
    with pytest.raises(ChangeRefused, match=why):
        accounts.create(stores, "ash", password, by="cli", full_name="Ash Ng", role="sales")


@pytest.mark.parametrize("password", ["一句容易記得的話比較好用呀", "one two " * 8, PASSWORD])
def test_a_passphrase_may_be_long_and_in_any_script(stores, password):
    accounts.create(stores, "ash", password, by="cli", full_name="Ash Ng", role="sales")
    assert accounts.authenticate(stores, "ASH ", password, OFFICE).username == "ash"


@pytest.mark.parametrize(
    "wrong",
    [
        {"role": "system"},
        {"role": "relationship_manager"},
        {"role": "team_lead"},
        {"username": "a b"},
        {"username": "amy"},
        {"username": "AMY"},
        {"username": ""},
        {"full_name": "<script>"},
        {"email": "nobody"},
    ],
)
def test_an_account_that_does_not_fit_is_refused_and_nothing_is_written(stores, wrong):
    fields = {"username": "ash", "full_name": "Ash Ng", "role": "sales"} | wrong
    with pytest.raises(ChangeRefused):
        accounts.create(stores, fields.pop("username"), ASH, by="cli", **fields)
    assert [row.username for row in accounts.listing(stores)] == ["amy"]


@pytest.mark.real_cost
def test_a_credentials_file_is_taken_over_and_a_plain_password_must_be_changed(stores):
    given = {
        "credentials": {
            "usernames": {
                "Ash": {"first_name": "Ash", "last_name": "Ng", "password": Hasher.hash(ASH)}
                | {"roles": ["viewer", "team_lead"], "team": "Central", "email": "ash@bank.hk"},
                "bo": {"name": "Bo Li", "password": "a plain passphrase", "roles": ["sales"]},
            }
        }
    }
    assert account_import.import_credentials(stores, given, by="cli") == ["ash", "bo"]
    ash, bo = accounts.get(stores, "ash"), accounts.get(stores, "bo")
    assert ash is not None
    assert bo is not None
    assert (ash.role, ash.team, ash.full_name) == ("team_lead", "Central", "Ash Ng")
    assert (ash.must_change_password, bo.must_change_password) == (False, True)
    assert accounts.authenticate(stores, "ash", ASH, OFFICE).username == "ash"
    assert accounts.authenticate(stores, "bo", "a plain passphrase", OFFICE).username == "bo"


@pytest.mark.parametrize(
    "bad",
    [
        {"roles": ["viewer"]},
        {"password": bcrypt.hashpw(b"x", bcrypt.gensalt(4)).decode()},
        {"password": ""},
    ],
)
def test_a_credentials_file_comes_in_whole_or_not_at_all(stores, bad):
    good = {"name": "Ash Ng", "password": ASH, "roles": ["sales"]}
    with pytest.raises(ChangeRefused):
        account_import.import_credentials(stores, {"usernames": {"ash": good, "bo": good | bad}}, by="cli")
    assert accounts.get(stores, "ash") is None


@pytest.mark.parametrize(
    "file", ["", "- amy", "usernames: [amy]", "usernames: {ash: sales}", "credentials: amy", "a: ["]
)
def test_a_file_without_users_is_refused_with_a_sentence(stores, file, tmp_path, monkeypatch):
    monkeypatch.setenv("CONCORD_DATA_DIR", str(stores.settings.data_dir))
    (tmp_path / "credentials.yaml").write_text(file, encoding="utf-8")
    done = CliRunner().invoke(main, ["users", "import", str(tmp_path / "credentials.yaml")])
    assert done.exit_code == 1, done.output
    assert "credentials: usernames" in done.output
    assert [row.username for row in accounts.listing(stores)] == ["amy"]


@pytest.mark.real_cost
def test_the_operator_takes_users_over_changes_a_role_and_signs_out(stores, tmp_path, monkeypatch):
    monkeypatch.setenv("CONCORD_DATA_DIR", str(stores.settings.data_dir))
    file = tmp_path / "credentials.yaml"
    file.write_text(
        f"credentials: {{usernames: {{ash: {{name: Ash Ng, password: '{Hasher.hash(ASH)}', roles: [sales]}}}}}}",
        encoding="utf-8",
    )

    def token():
        return sessions.start(stores, accounts.authenticate(stores, "ash", ASH, OFFICE))

    def run(*words):
        done = CliRunner().invoke(main, ["users", *words])
        assert done.exit_code == 0, done.output

    run("import", str(file))
    before = token()
    run("role", "ash", "--role", "team_lead", "--team", "Central")
    ash = accounts.get(stores, "ash")
    assert ash is not None
    assert (ash.role, sessions.person(stores, before)) == ("team_lead", None)
    again = token()
    run("sign-out", "ash", "--why", "lost telephone")
    assert sessions.person(stores, again) is None
    assert sessions.person(stores, token()) is not None


@pytest.mark.real_cost
@pytest.mark.parametrize("name", ["amy", "nobody", "disabled", "' OR 1=1 --", "", "a\r\nb", "密" * 500])
def test_a_wrong_pair_costs_one_bcrypt_of_the_same_cost_and_says_the_same(stores, name, monkeypatch):
    accounts.create(stores, "disabled", ASH, by="cli", full_name="Di Lo", role="sales")
    accounts.disable(stores, "disabled", by="cli")
    checked: list[bytes] = []
    real = bcrypt.checkpw

    def watched(password: bytes, hashed: bytes) -> bool:
        checked.append(hashed[:7])
        return real(password, hashed)

    monkeypatch.setattr(bcrypt, "checkpw", watched)
    for password in ("wrong", "", "x" * 500, ASH + "\x00", "\ud800"):
        with pytest.raises(guessing.SignInRefused) as refused:
            accounts.authenticate(stores, name, password, f"address {len(checked)}")
        assert str(refused.value) == "User name and password do not match an account."
    assert checked == [b"$2b$12$"] * 5


def test_what_a_stranger_types_does_not_reach_the_audit_log(stores):
    with pytest.raises(guessing.SignInRefused):
        accounts.authenticate(stores, "my secret password\r\n2026 root", "x", OFFICE)
    with stores.app_db.connect() as app_db:
        log = str(app_db.exec_driver_sql("select who, subject, why from audit_log").all())
    assert "secret" not in log
    assert "unknown user" in log


@pytest.mark.parametrize("name", sorted(accounts.RESERVED))
def test_nobody_is_called_what_the_audit_log_calls_the_programs_own_work(name):
    with pytest.raises(ChangeRefused, match="own work"):
        accounts.checked_row(name.upper(), "Amy Chan", None, "analyst", None, None)
