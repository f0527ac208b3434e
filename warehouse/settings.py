"""What a bank may choose, in one frozen object: `settings.toml`, then the environment on top.

Only the front doors read the environment; below them the settings are handed down.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from warehouse.errors import Problem


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Every choice with its default. Money is in the chosen currency, days are calendar days."""

    data_dir: Path = field(default_factory=lambda: Path("data").resolve())
    """Where snapshots, models and the default application database live."""
    warehouse_url: str = field(default="", repr=False)
    """SQLAlchemy URL of the bank's warehouse; empty for DuckDB snapshots in `data_dir`."""
    warehouse_load_url: str = field(default="", repr=False)
    """URL of the role that loads, if the role of `warehouse_url` may only read."""
    app_db_url: str = field(default="", repr=False)
    """SQLAlchemy URL of the application database; empty for SQLite in `data_dir`."""
    timezone: str = "Asia/Hong_Kong"
    currency: str = "HKD"
    """The currency of all amounts, as its code; none is converted."""
    products: str = ""
    """The products, with commas between, such as “Starter, Team”; empty for a retail bank's."""
    segments: str = ""
    """The service levels of customers, with commas between; empty for mass, affluent, private."""
    large_savings: float = 500_000.0
    """From this savings balance on, a dormant customer with a complaint is worth a call."""
    dormant_after_days: int = 180
    """Without a transaction the customer made for this long, the customer is dormant."""
    alert_due_days: int = 30
    complaint_reply_days: int = 7
    """Within so many days of a complaint the customer hears from Service."""
    complaint_settle_days: int = 30
    """Within so many days of a complaint it is settled."""
    office_opens: str = "09:00"
    office_closes: str = "18:00"
    working_days: str = "Mon Tue Wed Thu Fri"
    holidays_of: str = "HK"
    """Whose public holidays are no working days: a code such as HK or SG."""
    contact_promise_hours: float = 24.0
    """Within so many working hours Sales speaks to a lead that Marketing called qualified."""
    hold_out_share: float = 0.10
    """The random share of new alerts kept back, so that the effect of the others can be measured."""
    look_back_days: int = 90
    """A contact longer ago than this before the win gets no credit for it."""
    half_life_days: float = 7.0
    """In the time decay model, a contact this much earlier gets half the credit."""
    smallest_cell: int = 10
    """Marketing and executives see no figure about fewer people than this."""
    fiscal_year_starts: int = 1
    """The month in which the fiscal year begins; goals are offered for it."""
    value_horizon_months: int = 36
    """A customer's lifetime value counts so many months: ahead of today, or from the day of joining."""
    discount_rate: float = 0.08
    """What a year's waiting costs: HKD 108 in a year are worth HKD 100 today."""
    margin_share: float | None = None
    """Which part of revenue remains after costs, such as 0.3, where `revenues.cost_to_serve` is not given."""
    churn_model_owner: str = ""
    """The sign-in name of who answers for the churn model and gets its alarms; empty for all of Analytics."""
    hours_per_request: float = 3.0
    """What one request for figures is taken to cost Analytics; hours saved by self-service are counted with it."""
    idle_minutes: int = 30
    session_hours: int = 8
    administrator_contact: str = ""
    """Name and address of whom people ask for help, such as “IT Service Desk, ext. 1234”; refusals and faults name it."""
    app_address: str = ""
    """How people reach this app, such as https://concord.bank.example; links in messages begin with it."""
    audit_key: str = field(default="", repr=False)
    """The key of the audit log's chain, where several machines share one; empty for a file in `data_dir`."""
    audit_heads: str = ""
    """Where the nightly run writes how far the audit log went: a file of somebody else's, or `syslog:HOST:PORT`."""
    keep_scores_days: int = 0
    """For so many days a customer's profile, score and value of a night are kept; 0 for good, as with the next three."""
    keep_contacts_days: int = 0
    """So long logged contacts and tasks that were done are kept."""
    keep_notes_days: int = 0
    """So long notes on alerts, complaints and leads, and records about a customer, are kept."""
    keep_messages_days: int = 0
    """So long messages that were sent or given up are kept."""
    second_factor_for: str = ""
    """Roles whose local accounts need a second factor, with blanks between, or “all”; the others may set one up."""
    oidc_issuer: str = ""
    """The address of an OpenID Connect provider for single sign-on; empty for local accounts alone."""
    oidc_client_id: str = ""
    oidc_client_secret: str = field(default="", repr=False)
    """Empty for a public client, which PKCE alone protects."""
    oidc_roles: str = ""
    """Whose group has which role, as “group=role; group=role”; of several the first counts. No group, no access."""
    oidc_groups_claim: str = "groups"
    oidc_rm_claim: str = "rm_id"
    """The claim with a relationship manager's number."""
    oidc_team_claim: str = "team"
    """The claim with a team lead's team."""
    oidc_scopes: str = "openid profile email"
    oidc_label: str = "Single sign-on"
    """What the sign-in page calls it."""
    load_seconds_per_table: int = 3_600
    """A table of a delivery that takes longer is stopped: its mapping may never end."""
    load_memory_gb: float = 0.0
    """So much memory a load may use; 0 for what the engine takes by itself, four fifths of the machine's."""
    load_disk_gb: float = 200.0
    """So much a load may write, and so much more what does not fit into memory."""
    load_from: str = ""
    """A folder of this machine: those below it may be loaded on the page Load data; empty for uploads alone."""
    load_upload_mb: int = 200
    """So large a file may be that is uploaded there, and ten times as much all files of a zip together."""
    log_format: str = "text"
    """text for people, or json: a line for a log collector, without personal data."""
    metrics_token: str = field(default="", repr=False)
    """Who may read /metrics, as a bearer token; without one this machine alone."""
    secure_cookies: bool = False
    """True behind https: the session cookie is then named `__Host-` and never sent in the clear."""

    @property
    def vocabulary(self) -> dict[str, tuple[str, ...]]:
        """Column → its words, where they are the bank's own instead of the contract's."""
        own = {"product": self.products, "segment": self.segments}
        return {
            name: tuple(w.strip() for w in words.split(",") if w.strip())
            for name, words in own.items()
            if words.strip()
        }

    @property
    def administrator(self) -> str:
        """`your administrator`, with name and address if the bank has set them."""
        contact = self.administrator_contact
        return f"your administrator ({contact})" if contact else "your administrator"


_WITHIN = {
    "hold_out_share": (0, 0.5),
    "discount_rate": (0, 1),
    "margin_share": (0.001, 1),
    "fiscal_year_starts": (1, 12),
    "smallest_cell": (1, 1_000_000),
    "alert_due_days": (1, 366),
    "hours_per_request": (0, 100),
    "complaint_reply_days": (1, 366),
    "complaint_settle_days": (1, 366),
    "load_seconds_per_table": (1, 604_800),
    "load_memory_gb": (0, 100_000),
    "load_disk_gb": (1, 100_000),
    "load_upload_mb": (1, 10_000),
}
"""From and to: a tenth written as 10 would hold every alert back, and nobody would notice."""

_OR_FOR_GOOD = {
    "keep_scores_days": 90,
    "keep_contacts_days": 365,
    "keep_notes_days": 30,
    "keep_messages_days": 30,
}
"""The least of a setting that is not 0: what a page or a rule looks back at is not removed below it."""


def read(path: Path, environment: Mapping[str, str]) -> Settings:
    """Settings from `path` (if it exists), then `CONCORD_<NAME>`, `WAREHOUSE_URL`, `WAREHOUSE_LOAD_URL`, `APP_DB_URL`.

    Raises `Problem` for an unknown name, or a value of the wrong kind or out of bounds.
    """
    by_name = {f.name: f for f in fields(Settings)}
    given: dict[str, object] = {}
    if path.exists():
        try:
            given = tomllib.loads(path.read_text(encoding="utf-8"))
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise Problem(f"{path.name} cannot be read: {error}. Correct that line and try again.") from None
        for name in given:
            if name not in by_name:
                raise Problem(
                    f"{path.name} has the setting “{name}”, which does not exist. "
                    f"Settings are: {', '.join(sorted(by_name))}."
                )
    for name in by_name:
        variable = variable_of(name)
        if variable in environment:
            given[name] = environment[variable]
    defaults = Settings()
    chosen = Settings(**{n: _as_kind(n, v, _kind_of(getattr(defaults, n))) for n, v in given.items()})
    for name, (least, most) in _WITHIN.items():
        value = getattr(chosen, name)
        if value is not None and not least <= value <= most:
            raise Problem(
                f"The setting “{name}” is {value:g}; it must be from {least:,} to {most:,}. "
                "Correct it and try again."
            )
    for name, least in _OR_FOR_GOOD.items():
        if getattr(chosen, name) != 0 and getattr(chosen, name) < least:
            raise Problem(
                f"The setting “{name}” is {getattr(chosen, name)}; it must be 0, for good, or at least {least}. "
                "Correct it and try again."
            )
    try:
        ZoneInfo(chosen.timezone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise Problem(
            f"The setting “timezone” is “{chosen.timezone}”, which is no time zone. Write a name such as Asia/Hong_Kong."
        ) from None
    return chosen


def origins(path: Path, environment: Mapping[str, str]) -> dict[str, str]:
    """Setting → where its value comes from: the file, the environment's variable, or the default."""
    in_file: dict[str, object] = {}
    if path.exists():
        in_file = tomllib.loads(path.read_text(encoding="utf-8"))
    places = {}
    for name in (f.name for f in fields(Settings)):
        variable = variable_of(name)
        if variable in environment:
            places[name] = f"the variable {variable}"
        else:
            places[name] = path.name if name in in_file else "default"
    return places


def variable_of(name: str) -> str:
    """The environment variable that sets a setting."""
    return name.upper() if name.endswith("_url") else f"CONCORD_{name.upper()}"


def readable(settings: Settings) -> dict[str, str]:
    """Setting → its value as an administrator may see it: an address with a password in it is only said to be set."""
    return {
        f.name: str("" if getattr(settings, f.name) is None else getattr(settings, f.name))
        if f.repr
        else ("set, not shown" if getattr(settings, f.name) else "")
        for f in fields(Settings)
    }


_KINDS = {bool: "true or false", int: "a whole number", float: "a number", str: "a text"}


def _kind_of(default: object) -> type:
    """Of what kind a setting is; one without a default is a number."""
    return float if default is None else type(default)


def _as_kind(name: str, value: Any, kind: Any) -> Any:
    try:
        if kind is bool and isinstance(value, str):
            return {"true": True, "1": True, "false": False, "0": False}[value.lower()]
        if issubclass(kind, Path):
            return Path(str(value)).expanduser().resolve()
        return kind(value)
    except (KeyError, ValueError, TypeError):
        raise Problem(
            f"The setting “{name}” is “{value}”, which is not {_KINDS.get(kind, 'a path')}."
        ) from None
