"""The proposal for leads: contacts, with what their deals say of them, and deals that name no contact."""

from __future__ import annotations

import re

from warehouse.mapping import source_sql as sql
from warehouse.mapping.folder_links import FolderLinks
from warehouse.mapping.proposal import Proposal, ProposedRows
from warehouse.mapping.recognition import Recognised
from warehouse.mapping.source_sql import ProposedColumn

_WON, _LOST = r"\bwon\b|gewonnen|gagn|ganad|vinta", r"\blost\b|verloren|perdu|perdid|persa"


def leads(links: FolderLinks) -> Proposal | None:
    """Contacts, each with its first deal; deals that name no contact are leads of their own."""
    contacts, deals = links.largest("contacts"), links.largest("deals")
    proposal = Proposal(table="leads")
    join = links.deal_join(contacts) if contacts else ""
    if contacts:
        links.used.add(contacts.table.label)
        columns = {"lead_id": sql.guessed(links.lead_id(contacts), contacts, "id", "email")}
        if customer := links.customer(contacts, proposal.named, "c"):
            columns["customer_id"] = customer[0]
        for name, column in _of_contact(contacts):
            sql.add(columns, name, column)
        if join and deals:
            links.used.add(deals.table.label)
            for name, column in _of_deal(links, deals, "d").items():
                before = columns.get(name)
                both = before and name not in ("won_at", "lost_at")
                columns[name] = (
                    ProposedColumn(
                        sql=f"coalesce({column.sql}, {before.sql})",
                        origin=f"{column.origin}, else {before.origin}",
                        check=column.check,
                    )
                    if both and before
                    else column
                )
            created = columns.get("created_at")
            if created and deals.has("created"):
                columns["created_at"] = ProposedColumn(
                    sql=f"coalesce({sql.moment_sql(contacts, 'created', 'c')}, {sql.moment_sql(deals, 'created', 'd')})",
                    origin=f"{created.origin}; of a further deal of the same contact its own",
                )
            if "turn = 1" in join:
                proposal.pieces.append(
                    "A contact's first deal is read with it; a further deal is a lead of its own, without what the "
                    "contact says."
                )
            if "won_at" in columns and contacts.has("won"):
                proposal.pieces.append(
                    f"A contact's “{contacts.fields['won'].column.name}” is not read: the deals say what was won."
                )
        source = f"{contacts.table.reads} AS c{join}"
        if customer and customer[1]:
            source += f"\n{customer[1]}"
        proposal.rows.append(ProposedRows(label=contacts.label, source=source, columns=columns))
    if deals and not join:
        links.used.add(deals.table.label)
        columns = (
            {
                "lead_id": sql.guessed(
                    f"'deal-' || {links.key(deals, 'id', 'd')}" if contacts else links.key(deals, "id", "d"),
                    deals,
                    "id",
                )
            }
            if deals.has("id")
            else {
                "lead_id": ProposedColumn(
                    sql="'deal-' || row_number() OVER ()",
                    origin="the row's place, as deals have no number",
                    check="a number that stays would be better",
                )
            }
        )
        sql.add(columns, "created_at", sql.moment(deals, "created", "d"))
        columns |= _of_deal(links, deals, "d")
        source = f"{deals.table.reads} AS d"
        if customer := links.customer(deals, proposal.named, "d"):
            columns["customer_id"] = customer[0]
            source += f"\n{customer[1]}" if customer[1] else ""
        proposal.rows.append(ProposedRows(label=deals.label, source=source, columns=columns))
    return proposal


def _of_contact(contacts: Recognised) -> tuple[tuple[str, ProposedColumn | None], ...]:
    """What a contact says of its lead."""
    return (
        ("campaign_id", sql.text(contacts, "campaign_ref", "c")),
        ("channel", sql.word(contacts, "channel", sql.CHANNELS, "c")),
        ("full_name", sql.person_name(contacts, "c")),
        (
            "email",
            sql.guessed(sql.email(contacts, "c"), contacts, "email") if contacts.has("email") else None,
        ),
        ("phone", sql.text(contacts, "phone", "c")),
        ("created_at", sql.moment(contacts, "created", "c")),
        ("score", sql.number(contacts, "score", "c")),
        ("mql_at", sql.moment(contacts, "mql", "c")),
        ("contacted_at", sql.moment(contacts, "contacted", "c")),
        ("accepted_at", sql.moment(contacts, "accepted", "c")),
        ("rejected_at", sql.moment(contacts, "rejected", "c")),
        ("rejected_reason", sql.text(contacts, "rejected_reason", "c")),
        ("sql_at", sql.moment(contacts, "sql", "c")),
        (
            "opportunity_at",
            sql.moment(contacts, "opportunity", "c") or sql.moment(contacts, "converted", "c"),
        ),
        ("won_at", sql.moment(contacts, "won", "c")),
        ("product", sql.text(contacts, "product", "c")),
        ("sales_rep", sql.text(contacts, "owner", "c")),
    )


def _of_deal(links: FolderLinks, deals: Recognised, alias: str) -> dict[str, ProposedColumn]:
    """What a deal says of its lead."""
    columns: dict[str, ProposedColumn] = {}
    won, lost = _ends(links, deals, alias)
    close = sql.moment_sql(deals, "close", alias) if deals.has("close") else ""
    sql.add(columns, "opportunity_at", sql.moment(deals, "created", alias))
    if close and won:
        columns["won_at"] = sql.guessed(f"CASE WHEN {won} THEN {close} END", deals, "close", "stage")
    if close and lost:
        columns["lost_at"] = sql.guessed(f"CASE WHEN {lost} THEN {close} END", deals, "close", "stage")
    sql.add(columns, "lost_reason", sql.text(deals, "lost_reason", alias))
    expected = sql.amount(deals, "expected", alias) or sql.amount(deals, "amount", alias)
    sql.add(columns, "expected_value", expected)
    amount = sql.amount(deals, "amount", alias)
    if amount and won:
        columns["won_value"] = ProposedColumn(
            sql=f"CASE WHEN {won} THEN {amount.sql} END", origin=amount.origin, check=amount.check
        )
    sql.add(columns, "sales_rep", sql.text(deals, "owner", alias))
    sql.add(columns, "channel", sql.word(deals, "channel", sql.CHANNELS, alias))
    sql.add(columns, "product", sql.text(deals, "product", alias))
    sql.add(columns, "campaign_id", sql.text(deals, "campaign_ref", alias))
    if deals.has("email"):
        columns["email"] = sql.guessed(sql.email(deals, alias), deals, "email")
    return columns


def _ends(links: FolderLinks, deals: Recognised, alias: str) -> tuple[str, str]:
    """SQL: whether a deal was won, and whether it was lost; empty where no word says so."""
    if not deals.has("stage"):
        return f"lower({sql.column_sql(deals, 'won_flag', alias)}) IN ('true', '1', 'yes')", ""
    stage = deals.fields["stage"].column
    words = links.words(deals, "stage")
    won = [w for w in words if re.search(_WON, w.lower()) and not re.search(_LOST, w.lower())]
    lost = [w for w in words if re.search(_LOST, w.lower())]
    name = f"{alias}.{stage.sql}" if alias else stage.sql
    return (
        f"trim({name}) IN ({sql.listed(won)})" if won else "",
        f"trim({name}) IN ({sql.listed(lost)})" if lost else "",
    )
