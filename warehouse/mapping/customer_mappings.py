"""Proposals for customers, and for what they hold, buy and bring."""

from __future__ import annotations

import re
from collections.abc import Sequence

from warehouse.mapping import source_sql as sql
from warehouse.mapping.folder_links import FolderLinks
from warehouse.mapping.proposal import Proposal, ProposedRows
from warehouse.mapping.recognition import Recognised
from warehouse.mapping.source_sql import ProposedColumn

_NO_SALE = (
    r"void|cancel|fail|declin|expired|storniert|geannuleerd|abgebrochen|requires_|blocked|unpaid|incomplete"
)


def customers(links: FolderLinks) -> Proposal | None:
    """Those of a list, or who bought something, or the contacts that were won."""
    listed, bought = links.customers_of
    if listed:
        return _of_a_list(links, listed, bought)
    return _of_purchases(links, bought) if bought else _customers_won(links)


def _of_a_list(links: FolderLinks, listed: Recognised, bought: Recognised | None) -> Proposal:
    """A list of customers; what they bought says since when, where it says no more itself."""
    proposal = Proposal(table="customers")
    columns: dict[str, ProposedColumn] = {}
    links.used.add(listed.table.label)
    key = links.customer_key(listed, bought) if bought else ""
    columns["customer_id"] = sql.guessed(
        links.key(listed, "id") if listed.has("id") else sql.email(listed), listed, "id", "email"
    )
    sql.add(columns, "full_name", sql.person_name(listed))
    sql.add(
        columns, "email", sql.guessed(sql.email(listed), listed, "email") if listed.has("email") else None
    )
    for target, source in (
        ("phone", "phone"),
        ("segment", "segment"),
        ("district", "city"),
        ("branch", "branch"),
    ):
        sql.add(columns, target, sql.text(listed, source))
    sql.add(columns, "birth_year", sql.birth_year(listed))
    sql.add(columns, "joined_on", sql.day(listed, "joined"))
    sql.add(columns, "left_on", sql.day(listed, "left"))
    sql.add(columns, "marketing_consent", sql.flag(listed, "consent"))
    source = f"{listed.table.reads} AS s"
    if bought and key and bought.has("created"):
        first = sql.moment_sql(bought, "created")
        by = links.key(bought, "customer_ref") if key == "customer_ref" else sql.email(bought)
        own = links.key(listed, "id") if key == "customer_ref" else sql.email(listed)
        ended = _ended(bought)
        last = f", {ended} AS bought_last" if ended else ""
        proposal.named["bought"] = (
            f"SELECT {by} AS bought_by, min({first})[:10] AS bought_first{last} "
            f"FROM {bought.table.reads} AS s GROUP BY 1"
        )
        source += f"\nLEFT JOIN bought ON {own} = bought.bought_by"
        if "joined_on" not in columns or listed.kind != bought.kind:
            columns["joined_on"] = ProposedColumn(
                sql="bought.bought_first",
                origin=f"the first “{bought.fields['created'].column.name}” in {bought.table.label}",
            )
        if ended and "left_on" not in columns:
            columns["left_on"] = ProposedColumn(
                sql="bought.bought_last", origin=f"the last “{bought.fields['ended'].column.name}”"
            )
    proposal.rows.append(ProposedRows(label=listed.label, source=source, columns=columns))
    return proposal


def _of_purchases(links: FolderLinks, bought: Recognised) -> Proposal:
    """No list: whoever bought is a customer, since the first time; contacts give name and phone by e-mail address."""
    proposal = Proposal(table="customers")
    columns: dict[str, ProposedColumn] = {}
    contacts = links.largest("contacts")
    links.used.add(bought.table.label)
    key = links.bought_key(bought)
    columns["customer_id"] = sql.guessed(key, bought, "customer_ref", "email")
    source, other = f"{bought.table.reads} AS s", None
    if contacts and bought.has("email") and contacts.has("email"):
        other = contacts
        links.used.add(contacts.table.label)
        name, phone = sql.person_name(contacts, "c"), sql.text(contacts, "phone", "c")
        parts = [f"{sql.email(contacts, 'c')} AS contact_email"]
        parts += [f"any_value({name.sql}) AS contact_name"] if name else []
        parts += [f"any_value({phone.sql}) AS contact_phone"] if phone else []
        parts.append(f"min({links.lead_id(contacts)}) AS contact_lead")
        proposal.named["contact"] = (
            f"SELECT {', '.join(parts)} FROM {contacts.table.reads} AS c{links.deal_join(contacts)} GROUP BY 1"
        )
        source += f"\nLEFT JOIN contact ON {sql.email(bought, 's')} = contact.contact_email"
    own_name = sql.person_name(bought)
    if own_name:
        columns["full_name"] = ProposedColumn(sql=f"any_value({own_name.sql})", origin=own_name.origin)
    elif other and sql.person_name(other):
        columns["full_name"] = ProposedColumn(
            sql="any_value(contact.contact_name)", origin=f"{other.table.label}, by e-mail address"
        )
    if bought.has("email"):
        columns["email"] = sql.guessed(f"any_value({sql.email(bought, 's')})", bought, "email")
    if (own := sql.text(bought, "phone")) is not None:
        columns["phone"] = ProposedColumn(sql=f"any_value({own.sql})", origin=own.origin)
    elif other and other.has("phone"):
        columns["phone"] = ProposedColumn(
            sql="any_value(contact.contact_phone)", origin=f"{other.table.label}, by e-mail address"
        )
    if (city := sql.text(bought, "city")) is not None:
        columns["district"] = ProposedColumn(sql=f"any_value({city.sql})", origin=city.origin)
    if bought.has("created"):
        columns["joined_on"] = sql.guessed(
            f"min({sql.moment_sql(bought, 'created', 's')})[:10]", bought, "created"
        )
    if ended := _ended(bought, "s"):
        columns["left_on"] = sql.guessed(ended, bought, "ended")
    if other:
        columns["acquired_by_lead_id"] = ProposedColumn(
            sql="min(contact.contact_lead)", origin=f"{other.table.label}, by e-mail address"
        )
    proposal.rows.append(
        ProposedRows(
            label=bought.label, source=source, columns=columns, where=f"{key} IS NOT NULL", group="1"
        )
    )
    return proposal


def _customers_won(links: FolderLinks) -> Proposal | None:
    """No list of customers at all: the contacts that were won."""
    contacts = links.largest("contacts")
    if not contacts or not contacts.has("won") or not contacts.has("id"):
        return None
    links.used.add(contacts.table.label)
    columns = {
        "customer_id": sql.guessed(
            links.key(contacts, "id"), contacts, "id", check="every contact that became a customer is one"
        )
    }
    sql.add(columns, "full_name", sql.person_name(contacts))
    sql.add(
        columns,
        "email",
        sql.guessed(sql.email(contacts), contacts, "email") if contacts.has("email") else None,
    )
    sql.add(columns, "phone", sql.text(contacts, "phone"))
    sql.add(columns, "joined_on", sql.day(contacts, "won"))
    sql.add(columns, "marketing_consent", sql.flag(contacts, "consent"))
    where = f"{contacts.fields['won'].column.sql} <> ''"
    return Proposal(
        table="customers",
        rows=[
            ProposedRows(
                label=contacts.label, source=f"{contacts.table.reads} AS s", columns=columns, where=where
            )
        ],
    )


def accounts(links: FolderLinks) -> Proposal | None:
    """Each subscription is a product somebody holds."""
    bought = links.largest("subscriptions")
    proposal = Proposal(table="accounts")
    customer = links.customer(bought, proposal.named) if bought else None
    if not bought or not customer or not bought.has("id"):
        return None
    links.used.add(bought.table.label)
    columns = {"account_id": sql.guessed(links.key(bought, "id"), bought, "id"), "customer_id": customer[0]}
    sql.add(columns, "product", sql.text(bought, "product"))
    sql.add(columns, "opened_on", sql.day(bought, "created"))
    sql.add(columns, "closed_on", sql.day(bought, "ended"))
    source = f"{bought.table.reads} AS s" + (f"\n{customer[1]}" if customer[1] else "")
    proposal.rows.append(
        ProposedRows(
            label=bought.label, source=source, columns=columns, where=f"{customer[0].sql} IS NOT NULL"
        )
    )
    return proposal


def transactions(links: FolderLinks) -> Proposal | None:
    """Each order or payment that counts, without lines of one order and what was cancelled."""
    proposal = Proposal(table="transactions")
    for one in (*links.of_kind("orders"), *links.of_kind("payments")):
        customer = links.customer(one, proposal.named)
        if not customer or not one.has("amount"):
            continue
        links.used.add(one.table.label)
        numbered = one.has("id") and _names_one_customer(links, one)
        key = links.key(one, "id") if numbered else "row_number() OVER ()::VARCHAR"
        columns = {
            "transaction_id": sql.guessed(key, one, "id")
            if numbered
            else ProposedColumn(
                sql=key, origin="the row's place", check="a number that stays would be better"
            ),
            "customer_id": customer[0],
        }
        sql.add(columns, "booked_at", sql.moment(one, "created"))
        kind = sql.text(one, "type") if one.kind == "payments" else None
        columns["kind"] = kind or ProposedColumn(
            sql="'order'" if one.kind == "orders" else "'payment'", origin="what the file holds"
        )
        sql.add(columns, "amount", sql.amount(one, "amount"))
        columns["customer_made"] = ProposedColumn(sql="'true'", origin="what the file holds")
        group = ""
        conditions = [f"{customer[0].sql} IS NOT NULL", *_counts(links, one)]
        if numbered and not _is_key(links, one, conditions[1:]):
            total = columns["amount"]
            columns = {
                n: c
                if n in ("transaction_id", "kind", "customer_made")
                else ProposedColumn(sql=f"min({c.sql})", origin=c.origin, check=c.check)
                for n, c in columns.items()
            }
            columns["amount"] = ProposedColumn(
                sql=f"sum(TRY_CAST({total.sql} AS DECIMAL(18, 2)))::VARCHAR",
                origin=total.origin,
                check="rows of one number are added up",
            )
            group = "1"
        source = f"{one.table.reads} AS s" + (f"\n{customer[1]}" if customer[1] else "")
        proposal.rows.append(
            ProposedRows(
                label=one.label,
                source=source,
                columns=columns,
                where=" AND ".join(conditions),
                group=group,
            )
        )
    return proposal


def revenues(links: FolderLinks) -> Proposal | None:
    """Turnover by customer, product and month: of orders or payments, else what contracts bill."""
    proposal = Proposal(table="revenues")
    if not links.of_kind("orders") and not links.of_kind("payments"):
        return _revenues_of_contracts(links)
    sales = (*links.of_kind("orders"), *links.of_kind("payments"))
    for one in sales:
        customer = links.customer(one, proposal.named)
        if not customer or not one.has("amount") or not one.has("created"):
            continue
        day, amount, product = (
            sql.moment_sql(one, "created"),
            sql.amount(one, "amount"),
            sql.text(one, "product"),
        )
        assert amount is not None
        taken = "TRY_CAST(" + amount.sql + " AS DECIMAL(18, 2))"
        if (back := sql.amount(one, "refunded")) is not None:
            taken = f"{taken} - coalesce(TRY_CAST({back.sql} AS DECIMAL(18, 2)), 0)"
        columns = {
            "customer_id": customer[0],
            "product": product
            or ProposedColumn(
                sql="'orders'" if one.kind == "orders" else "'payments'", origin="what the file holds"
            ),
            "month_on": sql.guessed(f"last_day(TRY_CAST(({day})[:10] AS DATE))", one, "created"),
            "revenue": sql.guessed(
                f"sum({taken})",
                one,
                "amount",
                check="turnover; take off what the goods cost where you know it",
            ),
        }
        if (cost := sql.amount(one, "cost")) is not None:
            columns["cost_to_serve"] = sql.guessed(
                f"sum(TRY_CAST({cost.sql} AS DECIMAL(18, 2)))", one, "cost"
            )
        conditions = [f"{customer[0].sql} IS NOT NULL", *_counts(links, one)]
        source = f"{one.table.reads} AS s" + (f"\n{customer[1]}" if customer[1] else "")
        proposal.rows.append(
            ProposedRows(
                label=one.label,
                source=source,
                columns=columns,
                where=" AND ".join(conditions),
                group="1, 2, 3",
            )
        )
        if others := ", ".join(other.label for other in sales if other is not one):
            proposal.pieces.append(
                f"CHECK: only {one.label} is read here, for the same sale may stand in {others}, too. Add those "
                "rows with UNION ALL if they are other sales."
            )
        break
    return proposal


def _revenues_of_contracts(links: FolderLinks) -> Proposal | None:
    """What runs is billed each month, from its start to its end or to the latest day in the file."""
    one = links.largest("subscriptions")
    proposal = Proposal(table="revenues")
    customer = links.customer(one, proposal.named) if one else None
    amount = sql.amount(one, "amount") if one else None
    product = sql.text(one, "product") if one else None
    if one is None or customer is None or amount is None or product is None or not one.has("created"):
        return None
    start = f"TRY_CAST(({sql.moment_sql(one, 'created')})[:10] AS DATE)"
    ended = (
        f"TRY_CAST(({sql.moment_sql(one, 'ended')})[:10] AS DATE)"
        if sql.filled(one, "ended")
        else "NULL::DATE"
    )
    latest = f"(SELECT greatest(max({start}), max({ended})) FROM {one.table.reads} AS s)"
    monthly = f"TRY_CAST({amount.sql} AS DECIMAL(18, 2))"
    if one.has("interval"):
        monthly += f" / CASE WHEN lower({sql.column_sql(one, 'interval')}) LIKE 'year%' THEN 12 ELSE 1 END"
    columns = {
        "customer_id": customer[0],
        "product": product,
        "month_on": sql.guessed("last_day(months.begins)", one, "created"),
        "revenue": sql.guessed(
            f"CAST(sum({monthly}) AS DECIMAL(18, 2))",
            one,
            "amount",
            check="billed each month while the contract runs, up to the latest day in the file; invoices would say more",
        ),
    }
    months = (
        f"CROSS JOIN LATERAL (SELECT unnest(generate_series(date_trunc('month', {start}), "
        f"coalesce({ended}, {latest}), INTERVAL 1 MONTH))::DATE AS begins) AS months"
    )
    source = "\n".join(part for part in (f"{one.table.reads} AS s", customer[1], months) if part)
    where = f"{customer[0].sql} IS NOT NULL"
    proposal.rows.append(
        ProposedRows(label=one.label, source=source, columns=columns, where=where, group="1, 2, 3")
    )
    return proposal


def _counts(links: FolderLinks, one: Recognised) -> list[str]:
    """Which rows are a sale: one line per order, and none that was cancelled."""
    conditions = []
    amount = one.fields["amount"].column
    if amount.filled < one.table.rows:
        conditions.append(f"coalesce({amount.sql}, '') <> ''")
    if one.has("status"):
        no = [w for w in links.words(one, "status") if re.search(_NO_SALE, w.lower())]
        if no:
            conditions.append(
                f"coalesce(trim({one.fields['status'].column.sql}), '') NOT IN ({sql.listed(no)})"
            )
    if one.has("cancelled") and one.fields["cancelled"].column.filled:
        conditions.append(f"coalesce({one.fields['cancelled'].column.sql}, '') = ''")
    return conditions


def _ended(bought: Recognised, alias: str = "s") -> str:
    """SQL over the rows of a customer: the day the last contract ended, where all have."""
    if bought.kind != "subscriptions" or not bought.has("ended"):
        return ""
    ended = sql.column_sql(bought, "ended", alias)
    return f"CASE WHEN bool_and(coalesce({ended}, '') <> '') THEN max({sql.moment_sql(bought, 'ended', alias)})[:10] END"


def _names_one_customer(links: FolderLinks, one: Recognised) -> bool:
    """Whether a number is about one customer, however many rows it has: rows of another kind of number are no order."""
    key = one.fields["id"].column.sql
    who = one.fields["customer_ref" if one.has("customer_ref") else "email"].column.sql
    row = links.db.execute(
        f"SELECT count(DISTINCT ({key}, {who})) = count(DISTINCT {key}) FROM {one.table.relation} AS s "
        f"WHERE {key} <> '' AND {who} <> ''"
    ).fetchone()
    return bool(row and row[0])


def _is_key(links: FolderLinks, one: Recognised, conditions: Sequence[str]) -> bool:
    where = f"WHERE {' AND '.join(conditions)}" if conditions else ""
    key = one.fields["id"].column.sql
    row = links.db.execute(
        f"SELECT count(*) = count(DISTINCT {key}) FROM {one.table.relation} AS s {where}"
    ).fetchone()
    return bool(row and row[0])
