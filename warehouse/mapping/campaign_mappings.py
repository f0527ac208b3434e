"""Proposals for campaigns, what they cost by day, and the contacts they made."""

from __future__ import annotations

import re

from warehouse.mapping import source_sql as sql
from warehouse.mapping.folder_links import FolderLinks
from warehouse.mapping.proposal import Proposal, ProposedRows
from warehouse.mapping.source_sql import ProposedColumn

_TOUCHES = {
    "click": r"click|klick|klik",
    "email": r"open|sent|send|deliver|geöffnet|versendet|zugestellt|reply|replied|geopend|verzonden|e-?mail",
    "impression": r"impression|view",
    "visit": r"visit|session|page",
    "call": r"call|anruf|phone",
    "event": r"webinar|event|meeting|attend",
}
_NO_TOUCH = r"bounce|unsub|abgemeldet|spam|complain|afgemeld"


def campaigns(links: FolderLinks) -> Proposal | None:
    """Of a list of campaigns; without one, those that costs and contacts name."""
    proposal = Proposal(table="campaigns")
    for one in links.of_kind("campaigns"):
        links.used.add(one.table.label)
        columns = {"campaign_id": sql.campaign_id(one)}
        sql.add(columns, "name", sql.text(one, "campaign_name"))
        sql.add(columns, "channel", sql.word(one, "channel", sql.CHANNELS))
        for name, source in (("starts_on", "starts"), ("ends_on", "ends")):
            sql.add(columns, name, sql.day(one, source))
        sql.add(columns, "budget", sql.amount(one, "budget"))
        for name, source in (("message", "message"), ("owner", "owner"), ("product", "product")):
            sql.add(columns, name, sql.text(one, source))
        proposal.rows.append(ProposedRows(label=one.label, source=f"{one.table.reads} AS s", columns=columns))
    if proposal.rows:
        return proposal
    for one in (*links.of_kind("costs"), *links.of_kind("touches")):
        if not one.has_any("campaign_name", "campaign_id"):
            continue
        links.used.add(one.table.label)
        columns = {"campaign_id": sql.campaign_id(one)}
        if (title := sql.text(one, "campaign_name")) is not None:
            columns["name"] = ProposedColumn(sql=f"any_value({title.sql})", origin=title.origin)
        channel = (
            one.export.channel
            if one.export
            else "email"
            if one.kind == "touches" and not one.has("channel")
            else ""
        )
        word = sql.word(one, "channel", sql.CHANNELS)
        if channel:
            columns["channel"] = ProposedColumn(
                sql=f"'{channel}'",
                origin="the tool it comes from" if one.export else "the kind of file",
                check="" if one.export else "the file names no channel",
            )
        elif word:
            columns["channel"] = ProposedColumn(sql=f"any_value({word.sql})", origin=word.origin)
        when = next((f for f in ("day", "sent", "at") if one.has(f)), "")
        if when:
            columns["starts_on"] = sql.guessed(
                f"min({sql.moment_sql(one, when)})[:10]", one, when, check="the first day in the file"
            )
        proposal.rows.append(
            ProposedRows(
                label=one.label,
                source=f"{one.table.reads} AS s",
                columns=columns,
                where=sql.no_totals(one),
                group="1",
            )
        )
    return proposal


def campaign_days(links: FolderLinks) -> Proposal | None:
    """What each file of costs says per campaign and day."""
    proposal = Proposal(table="campaign_days")
    for one in links.of_kind("costs"):
        links.used.add(one.table.label)
        columns = {"campaign_id": sql.campaign_id(one)}
        day = sql.day(one, "day")
        assert day is not None
        columns["day_on"] = day
        cost = sql.amount(one, "cost")
        assert cost is not None
        numbers = [
            ("cost", "cost"),
            ("impressions", "impressions"),
            ("clicks", "clicks"),
            ("visits", "visits"),
        ]
        key = sql.is_by_day(links.db, one)
        for name, source in numbers:
            column = cost if name == "cost" else sql.count(one, source)
            if column and not key:
                kind = "DECIMAL(18, 2)" if name == "cost" else "BIGINT"
                column = ProposedColumn(
                    sql=f"sum(TRY_CAST({column.sql} AS {kind}))", origin=column.origin, check=column.check
                )
            sql.add(columns, name, column)
        proposal.rows.append(
            ProposedRows(
                label=one.label,
                source=f"{one.table.reads} AS s",
                columns=columns,
                where=sql.no_totals(one),
                group="" if key else "1, 2",
            )
        )
    return proposal


def touches(links: FolderLinks) -> Proposal | None:
    """What a mail tool or tracker did to whom."""
    proposal = Proposal(table="touches")
    for one in links.of_kind("touches"):
        links.used.add(one.table.label)
        columns: dict[str, ProposedColumn] = {}
        columns["touch_id"] = (
            sql.guessed(links.key(one, "id"), one, "id")
            if one.has("id")
            else ProposedColumn(
                sql=f"'{sql.short_name(one)}-' || row_number() OVER ()",
                origin="the row's place",
                check="a number that stays would be better",
            )
        )
        joins = []
        for name, match in (
            ("lead_id", links.lead(one, proposal.named)),
            ("customer_id", links.customer(one, proposal.named)),
        ):
            if match:
                columns[name] = match[0]
                joins += [match[1]] if match[1] else []
        if one.has_any("campaign_name", "campaign_id"):
            columns["campaign_id"] = sql.campaign_id(one)
        channel = sql.word(one, "channel", sql.CHANNELS)
        columns["channel"] = channel or ProposedColumn(
            sql="'email'", origin="the kind of file", check="the file names no channel"
        )
        where = ""
        if one.has("event"):
            words = links.words(one, "event")
            meanings = {
                w: next((k for k, p in _TOUCHES.items() if re.search(p, w.lower())), None) for w in words
            }
            none = [w for w in words if re.search(_NO_TOUCH, w.lower())]
            columns["kind"] = sql.mapped(
                one, "event", {w: m for w, m in meanings.items() if m and w not in none}
            )
            where = f"trim({one.fields['event'].column.sql}) NOT IN ({sql.listed(none)})" if none else ""
        else:
            columns["kind"] = ProposedColumn(sql="'email'", origin="the kind of file")
        sql.add(columns, "touched_at", sql.moment(one, "at") or sql.moment(one, "sent"))
        source = "\n".join([f"{one.table.reads} AS s", *joins])
        proposal.rows.append(ProposedRows(label=one.label, source=source, columns=columns, where=where))
    return proposal
