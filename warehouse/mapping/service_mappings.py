"""Proposals for service cases, answers to surveys, and the use of a product."""

from __future__ import annotations

import re

from warehouse.mapping import source_sql as sql
from warehouse.mapping.folder_links import FolderLinks
from warehouse.mapping.proposal import Proposal, ProposedRows
from warehouse.mapping.recognition import Recognised
from warehouse.mapping.source_sql import ProposedColumn

_SEVERITIES = {
    "low": ("low", "niedrig", "laag", "p4", "4", "minor", "lowest"),
    "medium": ("medium", "normal", "mittel", "middel", "p3", "3", "moderate", "standard"),
    "high": (
        "high",
        "urgent",
        "critical",
        "hoch",
        "dringend",
        "hoog",
        "p1",
        "p2",
        "1",
        "2",
        "blocker",
        "highest",
        "major",
    ),
}


def tickets(links: FolderLinks) -> Proposal | None:
    """Service cases, with their first reply where it is given as a time or in minutes."""
    proposal = Proposal(table="tickets")
    for one in links.of_kind("tickets"):
        links.used.add(one.table.label)
        columns = {"ticket_id": sql.guessed(links.key(one, "id"), one, "id")}
        source = f"{one.table.reads} AS s"
        if customer := links.customer(one, proposal.named):
            columns["customer_id"] = customer[0]
            source += f"\n{customer[1]}" if customer[1] else ""
        sql.add(columns, "opened_at", sql.moment(one, "opened"))
        reply = sql.moment(one, "first_reply")
        if reply is None and (minutes := sql.amount(one, "first_reply_minutes")) is not None:
            opened = sql.moment_sql(one, "opened")
            reply = sql.guessed(
                f"strftime(CAST({opened} AS TIMESTAMP) + to_seconds(CAST(round(60 * TRY_CAST({minutes.sql} AS DOUBLE)) "
                f"AS BIGINT)), '%Y-%m-%d %H:%M:%S') || CASE WHEN regexp_matches({opened}, '(Z|[+-]\\d\\d:?\\d\\d)$') "
                "THEN 'Z' ELSE '' END",
                one,
                "first_reply_minutes",
                "opened",
            )
        sql.add(columns, "first_reply_at", reply)
        sql.add(columns, "resolved_at", sql.moment(one, "resolved"))
        for name, field_name in (("category", "category"), ("product", "product")):
            sql.add(columns, name, sql.text(one, field_name))
        if one.has("priority"):
            meanings = {
                w: next(
                    (k for k, ws in _SEVERITIES.items() if w.lower() in ws or w.lower().split(" ")[0] in ws),
                    None,
                )
                for w in links.words(one, "priority")
            }
            columns["severity"] = sql.mapped(one, "priority", {w: m for w, m in meanings.items() if m})
        complaints = (
            [
                w
                for w in links.words(one, "category")
                if re.search(r"complain|beschwerde|klacht|reklam", w.lower())
            ]
            if one.has("category")
            else []
        )
        if complaints:
            columns["complaint"] = sql.guessed(
                f"(trim({one.fields['category'].column.sql}) IN ({sql.listed(complaints)}))::VARCHAR",
                one,
                "category",
            )
        sql.add(columns, "text", sql.text(one, "subject"))
        proposal.rows.append(ProposedRows(label=one.label, source=source, columns=columns))
    return proposal


def surveys(links: FolderLinks) -> Proposal | None:
    """Invitations and answers, of the question their scale and words tell."""
    proposal = Proposal(table="surveys")
    tickets = links.largest("tickets")
    for one in links.of_kind("surveys"):
        links.used.add(one.table.label)
        columns = {
            "survey_id": sql.guessed(links.key(one, "id"), one, "id")
            if one.has("id")
            else ProposedColumn(
                sql=f"'{sql.short_name(one)}-' || row_number() OVER ()",
                origin="the row's place",
                check="a number that stays would be better",
            )
        }
        source = f"{one.table.reads} AS s"
        if customer := links.customer(one, proposal.named):
            columns["customer_id"] = customer[0]
            source += f"\n{customer[1]}" if customer[1] else ""
        kind, check = _question(links, one)
        columns["kind"] = ProposedColumn(
            sql=f"'{kind}'", origin=f"the scale of “{one.fields['score'].column.name}”", check=check
        )
        if (
            one.has("ticket_ref")
            and tickets
            and tickets.has("id")
            and links.inside(one, "ticket_ref", tickets, "id")
        ):
            columns["ticket_id"] = sql.guessed(links.key(one, "ticket_ref"), one, "ticket_ref")
        sql.add(columns, "asked_at", sql.moment(one, "asked") or sql.moment(one, "answered"))
        answered = sql.moment(one, "answered") or sql.moment(one, "asked")
        if answered:
            score = one.fields["score"].column.sql
            columns["answered_at"] = ProposedColumn(
                sql=f"CASE WHEN {score} <> '' THEN {answered.sql} END", origin=answered.origin
            )
        sql.add(columns, "score", sql.count(one, "score"))
        sql.add(columns, "comment", sql.text(one, "comment"))
        proposal.rows.append(ProposedRows(label=one.label, source=source, columns=columns))
    return proposal


def _question(links: FolderLinks, one: Recognised) -> tuple[str, str]:
    """Which question a survey asks, by its scale and the words around it."""
    name = f"{one.table.label} {one.fields['score'].column.name}".lower()
    score = one.fields["score"].column.sql
    row = links.db.execute(
        f"SELECT max(TRY_CAST({score} AS DOUBLE)) FROM {one.table.relation} AS s"
    ).fetchone()
    most = float(row[0]) if row and row[0] is not None else 0.0
    if re.search(r"nps|recommend|empfehl|0-10|aanbevel", name) or most > 7:
        return "nps", ""
    if re.search(r"effort|easy|ces\b", name) or most > 5:
        return "ces", "" if re.search(r"effort|easy|ces\b", name) else "the scale seems to be 1 to 7"
    return "csat", "" if "csat" in name or "satisf" in name else "the scale seems to be 1 to 5"


def usage(links: FolderLinks) -> Proposal | None:
    """Use of features, added up by day."""
    proposal = Proposal(table="product_usage")
    for one in links.of_kind("usage"):
        customer = links.customer(one, proposal.named)
        if not customer:
            continue
        links.used.add(one.table.label)
        feature, day = sql.text(one, "feature"), sql.day(one, "day")
        assert feature is not None
        assert day is not None
        columns = {"customer_id": customer[0], "feature": feature, "used_on": day}
        for name, kind in (("sessions", "BIGINT"), ("minutes", "DOUBLE")):
            column = (sql.count if name == "sessions" else sql.number)(one, name)
            if column:
                columns[name] = ProposedColumn(
                    sql=f"sum(TRY_CAST({column.sql} AS {kind}))", origin=column.origin
                )
        source = f"{one.table.reads} AS s" + (f"\n{customer[1]}" if customer[1] else "")
        proposal.rows.append(
            ProposedRows(
                label=one.label,
                source=source,
                columns=columns,
                where=f"{customer[0].sql} IS NOT NULL",
                group="1, 2, 3",
            )
        )
    return proposal
