"""Under which names exports keep what Concord asks for: by kind of file, and the names well-known tools use.

Facts of the tools' column names, from their public documentation and from files people published. A name is compared
without case, punctuation, accents, “(UTC)” and the like; the first that fits is taken.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, kw_only=True)
class Kind:
    """A kind of file: the columns it may have, and those without which it is not one.

    `columns` is field → shape and names; `needs` are alternatives, of each of which a field must be there.
    """

    label: str
    columns: Mapping[str, tuple[str, str]]
    needs: tuple[tuple[str, ...], ...]
    file_names: str = ""


_PERSON = {
    "first_name": (
        "text",
        "first name|firstname|first name billing|given name|vorname|voornaam|prenom|nombre",
    ),
    "last_name": ("text", "last name|lastname|last name billing|surname|family name|nachname|achternaam"),
    "full_name": (
        "text",
        "full name|contact name|customer name|name|client name|kunde|naam|billing name|requester",
    ),
    "email": (
        "email",
        "email|e mail|email address|mail|requester email|customer email|e mail adresse"
        "|emailadresse|respondent email"
        "|contact email|primary contact email|recipient|to",
    ),
    "phone": (
        "text",
        "phone|phone number|mobile|mobile phone|mobile phone number|business phone|telefon|telefonnummer|handy"
        "|billing phone|telefoon",
    ),
}
_CUSTOMER = {
    "customer_ref": (
        "id",
        "customer id|customer number|customer no|customer|client id|client number|kundennummer|kunden id"
        "|klantnummer|user id|requester id|contact id|customerid|member id",
    )
}
_CAMPAIGN = {
    "campaign_id": ("id", "campaign id|campaign code|campaign no|kampagnen id|id"),
    "campaign_name": (
        "text",
        "campaign name|campaign|kampagne|campagne|campaign title|subject line|title|name",
    ),
}
_CHANNEL = (
    "word",
    "original source|original traffic source|lead source|source|channel|utm medium"
    "|utm source|medium|quelle|kanal|herkunft"
    "|latest traffic source|acquisition channel",
)
_PRODUCT = (
    "word",
    "product|product name|plan|product interest|produkt|tarif|item|product type|product category",
)

KINDS: Mapping[str, Kind] = {
    "contacts": Kind(
        label="contacts or leads",
        file_names="contact|lead|kontakt|prospect|interessent",
        columns={
            "id": (
                "id",
                "record id|contact id|lead id|lead|contact|lead number|id|vid|kontakt id|kontaktnummer",
            ),
            **_PERSON,
            "created": (
                "moment",
                "create date|created date|created at|created on|created|date created|erstellt am"
                "|angelegt am|optin time",
            ),
            "channel": _CHANNEL,
            "product": _PRODUCT,
            "score": ("number", "hubspot score|lead score|score"),
            "stage": ("word", "lifecycle stage|lead status|status|stage|status reason|lebenszyklusphase"),
            "mql": (
                "moment",
                "became a marketing qualified lead date|date entered marketing qualified lead"
                "|mql date|mql at|mql on|mql am|qualified on|qualifiziert am|mql",
            ),
            "sql": (
                "moment",
                "became a sales qualified lead date|date entered sales qualified lead|sql date|sql at",
            ),
            "opportunity": ("moment", "became an opportunity date|date entered opportunity|opportunity date"),
            "won": (
                "moment",
                "became a customer date|date entered customer|won date|won at|won on|gewonnen am",
            ),
            "converted": ("moment", "converted date"),
            "contacted": (
                "moment",
                "first contacted at|first contact date|date of first engagement|first call|first response time",
            ),
            "accepted": ("moment", "accepted date|accepted at|sales accepted date"),
            "rejected": ("moment", "rejected date|rejected at|disqualified date|unqualified date"),
            "rejected_reason": (
                "text",
                "rejected reason|unqualified reason|disqualification reason|disqualified reason",
            ),
            "owner": (
                "text",
                "contact owner|lead owner|owner|hubspot owner|assigned to|zustandig|verantwortlich",
            ),
            "campaign_ref": ("text", "source campaign|campaign|campaign name|utm campaign|kampagne"),
            "company_ref": (
                "id",
                "primary associated company id|associated company ids|associated company id"
                "|account id|company id",
            ),
            "deal_ref": ("id", "converted opportunity id|associated deal ids|opportunity id|deal id"),
            **_CUSTOMER,
            "consent": (
                "flag",
                "marketing consent|email opt in|opt in|accepts marketing|accepts email marketing"
                "|allow marketing communication|marketing contact status",
            ),
        },
        needs=(
            ("created", "stage", "channel", "mql"),
            ("channel", "stage", "mql", "deal_ref", "score"),
            ("email", "phone", "full_name", "last_name", "id"),
        ),
    ),
    "deals": Kind(
        label="deals or opportunities",
        file_names="deal|opportunit|pipeline|verkaufschance",
        columns={
            "id": ("id", "record id|deal id|opportunity id|opportunity|id|deal number"),
            "name": ("text", "deal name|opportunity name|topic|name|title|deal"),
            "stage": (
                "word",
                "deal stage|stage|stage name|sales stage|status|pipeline stage|phase|deal status|status reason",
            ),
            "won_flag": ("flag", "is closed won|won|is won"),
            "amount": (
                "amount",
                "amount|deal amount|deal value|actual revenue|value|est revenue|estimated revenue"
                "|betrag|close value",
            ),
            "expected": (
                "amount",
                "est revenue|estimated revenue|expected revenue|expected amount|forecast amount",
            ),
            "close": (
                "moment",
                "close date|actual close date|closed date|closing date|closed at|won time"
                "|abschlussdatum|est close date",
            ),
            "created": (
                "moment",
                "create date|created date|created on|created at|created|engage date|erstellt am"
                "|add time|deal created",
            ),
            "owner": (
                "text",
                "deal owner|opportunity owner|owner|owner name|sales agent|salesperson|sales rep"
                "|verantwortlich",
            ),
            "lost_reason": ("text", "closed lost reason|loss reason|lost reason|reason lost|close reason"),
            "channel": _CHANNEL,
            "product": _PRODUCT,
            "contact_ref": (
                "id",
                "associated contact ids|associated contact id|contact id|primary contact id|contact",
            ),
            "company_ref": (
                "id",
                "associated company ids|associated company id|primary associated company id"
                "|account id|account name|account|potential customer|company id|company",
            ),
            "email": _PERSON["email"],
            "campaign_ref": (
                "text",
                "primary campaign source|campaign|campaign name|source campaign|campaign id",
            ),
        },
        needs=(("stage", "won_flag"), ("amount", "expected"), ("close", "created")),
    ),
    "customers": Kind(
        label="customers",
        file_names="customer|client|kunde|klant|account|compan|unternehmen",
        columns={
            "id": (
                "id",
                "customer id|customerid|client id|customer number|customer no|kundennummer"
                "|klantnummer|account id|record id"
                "|company id|account|company|id|account number",
            ),
            **_PERSON,
            "company_name": ("text", "company name|account name|company|firma"),
            "birth": (
                "text",
                "birth date|date of birth|birthdate|birthday|geburtsdatum|year of birth|birth year|geburtsjahr",
            ),
            "segment": ("word", "segment|customer segment|tier|service level|kundensegment|customer tier"),
            "city": (
                "text",
                "district|city|default address city|mailing city|billing city|address 1 city|town|ort"
                "|stadt|plaats|region|country region|state region",
            ),
            "branch": ("text", "branch|store|filiale|office|location"),
            "joined": (
                "moment",
                "joined on|customer since|became a customer date|member since|signup date"
                "|sign up date|created|create date|created date|created at|created on|date created"
                "|kunde seit|registration date|date registered|start date",
            ),
            "left": (
                "moment",
                "left on|churn date|cancelled at|canceled at|closed date|end date|gekundigt am"
                "|deactivated at|exit date|terminated on",
            ),
            "owner": (
                "text",
                "company owner|account owner|owner|relationship manager|account manager"
                "|customer success manager|betreuer",
            ),
            "consent": (
                "flag",
                "accepts email marketing|accepts marketing|marketing consent|email opt in|newsletter|opt in",
            ),
            "tenure": ("number", "tenure|tenure months|months as customer"),
            "churned": ("flag", "churn|churned|exited|attrition flag|left"),
            "preferred": ("word", "preferred channel|preferred contact method|preferred method of contact"),
        },
        needs=(
            ("id", "email"),
            ("full_name", "last_name", "company_name", "email", "birth", "joined", "churned", "tenure"),
        ),
    ),
    "orders": Kind(
        label="orders",
        file_names="order|bestell|sale|verkauf",
        columns={
            "id": (
                "id",
                "order id|order number|order no|order|name|id|bestellnummer|invoiceno|invoice no|bestelnummer",
            ),
            **_CUSTOMER,
            "email": ("email", _PERSON["email"][1] + "|billing email|email billing"),
            "full_name": ("text", "billing name|customer name|full name|kunde"),
            "phone": ("text", "billing phone|phone|phone number|telefon"),
            "city": ("text", "billing city|city|shipping city|ort|plaats|country"),
            "created": (
                "moment",
                "created at|order date|date created|paid at|date|purchase date"
                "|order purchase timestamp|bestelldatum|invoicedate|invoice date|besteldatum",
            ),
            "amount": (
                "amount",
                "total|order total|order total amount|total amount|grand total|amount|gesamtbetrag"
                "|gesamt|summe|revenue|totaal|dollar value|sales|price",
            ),
            "status": ("word", "financial status|order status|status|payment status"),
            "cancelled": ("moment", "cancelled at|canceled at|cancelled date"),
            "refunded": ("amount", "refunded amount|refund amount|amount refunded"),
            "product": ("word", "product category|category|warengruppe"),
            "line_item": (
                "text",
                "lineitem name|line item name|item name|sku|lineitem sku|description|product name",
            ),
            "consent": ("flag", "accepts marketing|buyer accepts marketing"),
        },
        needs=(
            ("created",),
            ("amount",),
            ("customer_ref", "email", "full_name"),
            ("id", "line_item", "status"),
        ),
    ),
    "subscriptions": Kind(
        label="subscriptions",
        file_names="subscription|abo|contract|vertrag",
        columns={
            "id": ("id", "id|subscription id|subscription|contract id|contract number|vertragsnummer"),
            **_CUSTOMER,
            "email": _PERSON["email"],
            "full_name": ("text", "customer name|customer description|company|account name|kunde"),
            "product": (
                "word",
                "plan|plan name|product|product name|tarif|price nickname|subscription plan|plan nickname",
            ),
            "created": (
                "moment",
                "start|start date|started at|created|created at|subscription start|beginn"
                "|vertragsbeginn|current start date",
            ),
            "ended": (
                "moment",
                "ended at|canceled at|cancelled at|end date|ended|cancellation date|kundigung zum|vertragsende",
            ),
            "status": ("word", "status|subscription status|state"),
            "amount": ("amount", "amount|mrr|plan amount|price|monthly amount|monatsbetrag"),
            "interval": ("word", "interval|billing interval|billing period|plan interval"),
        },
        needs=(
            ("product", "interval"),
            ("created",),
            ("customer_ref", "email"),
            ("status", "ended", "interval"),
        ),
    ),
    "payments": Kind(
        label="payments, invoices or bookings",
        file_names="payment|charge|invoice|rechnung|transaction|buchung|booking|umsatz|revenue",
        columns={
            "id": (
                "id",
                "id|payment id|charge id|transaction id|trans id|invoice number|invoice id|number"
                "|rechnungsnummer|booking id|buchungsnummer",
            ),
            "account_ref": ("id", "account id|account number|account|konto"),
            **_CUSTOMER,
            "email": _PERSON["email"],
            "full_name": ("text", "customer name|kunde|account name|customer description"),
            "created": (
                "moment",
                "created|created date|created at|date|invoice date|finalized at|paid at|payment date"
                "|booking date|booked at|buchungsdatum|rechnungsdatum|buchungstag|transaction date",
            ),
            "amount": (
                "amount",
                "amount|total|net amount|amount due|amount paid|betrag|betrag netto|gross|value"
                "|revenue|umsatz|netto",
            ),
            "refunded": ("amount", "amount refunded|refunded amount"),
            "status": ("word", "status|payment status"),
            "type": ("word", "type|kind|transaction type|operation|description|buchungstext"),
            "product": ("word", "product|product name|plan|tarif|produkt"),
            "cost": ("amount", "cost|cost of sales|cogs|cost to serve|kosten"),
        },
        needs=(("created",), ("amount",), ("customer_ref", "email", "full_name", "account_ref")),
    ),
    "tickets": Kind(
        label="service cases",
        file_names="ticket|case|zendesk|freshdesk|support|service|helpdesk|anfrage",
        columns={
            "id": (
                "id",
                "ticket id|case number|case id|id|ticket number|case no|ticketnummer|display id|number|ticket",
            ),
            "opened": (
                "moment",
                "created at|created time|date time opened|opened date|created on|created date|created"
                "|opened|opened at|erstellt am|creation date|submitted at",
            ),
            "first_reply": (
                "moment",
                "initial response time|first response at|first reply at|first responded at"
                "|first response date|first reply",
            ),
            "first_reply_minutes": (
                "number",
                "first reply time in minutes|first reply time min|first response time in mins",
            ),
            "resolved": (
                "moment",
                "solved at|resolved time|date time closed|closed date|resolved at|resolved on"
                "|closed time|closed at|closed|resolution date|gelost am|geschlossen am",
            ),
            "subject": ("text", "subject|case subject|title|description|betreff|summary|message|text"),
            "category": (
                "word",
                "type|ticket type|case reason|category|ticket category|issue type|case type|kategorie"
                "|group|topic|reason|case origin",
            ),
            "priority": ("word", "priority|severity|urgency|prioritat|prioriteit"),
            "status": ("word", "status|ticket status|case status|state"),
            "via": ("word", "via|source|case origin|channel|origin"),
            "product": ("word", "product|product name|produkt"),
            "satisfaction": ("word", "satisfaction score|survey results|satisfaction|csat"),
            **_CUSTOMER,
            "email": _PERSON["email"],
            "full_name": ("text", "requester|full name|contact name|requester name|customer|customer name"),
        },
        needs=(
            ("id",),
            ("opened",),
            ("priority", "resolved", "first_reply", "first_reply_minutes"),
            ("subject", "category", "status"),
        ),
    ),
    "surveys": Kind(
        label="answers to surveys",
        file_names="survey|nps|csat|umfrage|feedback|enquete|satisfaction",
        columns={
            "id": ("id", "response id|survey id|answer id|id|submission id"),
            **_CUSTOMER,
            "email": _PERSON["email"],
            "ticket_ref": ("id", "ticket id|case id|case number"),
            "asked": (
                "moment",
                "sent at|sent|asked at|invited at|invitation date|eingeladen am|versendet am"
                "|survey sent|date sent|send date",
            ),
            "answered": (
                "moment",
                "answered at|responded at|response date|submitted at|submit date|completed at"
                "|beantwortet am|answered|timestamp|date|ended at|date submitted",
            ),
            "score": (
                "number",
                "score|nps|nps score|rating|how likely are you to recommend|recommend|csat"
                "|satisfaction|empfehlen|bewertung"
                "|likelihood to recommend|how satisfied are you|answer",
            ),
            "comment": (
                "text",
                "comment|comments|feedback|kommentar|reason|opmerking|what is the main reason"
                "|open feedback|verbatim",
            ),
        },
        needs=(
            ("score",),
            ("email", "customer_ref", "ticket_ref", "id", "comment"),
            ("asked", "answered", "comment"),
        ),
    ),
    "touches": Kind(
        label="contacts of a mail tool or tracker",
        file_names="mailing|newsletter|email|mail|touch|activity|event|report|aktivit",
        columns={
            "id": ("id", "event id|activity id|touch id|message id"),
            **_CUSTOMER,
            "lead_ref": ("id", "lead id|contact id|record id"),
            "email": _PERSON["email"],
            "campaign_name": (
                "text",
                "campaign name|campaign|kampagne|campagne|campaign title|email name|mailing|subject"
                "|betreff|utm campaign|newsletter|title",
            ),
            "campaign_id": ("id", "campaign id|mailing id|email campaign id"),
            "event": ("word", "event|event type|action|activity|activity type|ereignis|status|type|aktion"),
            "at": (
                "moment",
                "event date|timestamp|event time|date|zeitpunkt|occurred at|activity date|time"
                "|created|datum|touched at",
            ),
            "sent": (
                "moment",
                "send date|sent at|sent|send time|versanddatum|versendet am|sent date|delivered at",
            ),
            "channel": _CHANNEL,
        },
        needs=(
            ("email", "customer_ref", "lead_ref"),
            ("event", "campaign_name"),
            ("at", "sent"),
            ("campaign_name", "campaign_id", "channel"),
        ),
    ),
    "costs": Kind(
        label="cost of advertising by day",
        file_names="ads|cost|spend|kosten|campaign|adwords|meta|facebook|kampagne|campagne",
        columns={
            **_CAMPAIGN,
            "day": ("day", "day|date|reporting starts|tag|datum|start date|week|month|monat"),
            "cost": (
                "amount",
                "cost|amount spent|spend|kosten|cost eur|total spent|total cost|ausgaben"
                "|ausgegebener betrag|uitgegeven bedrag",
            ),
            "impressions": ("number", "impr|impressions|impressionen|vertoningen|weergaven|views"),
            "clicks": ("number", "clicks|link clicks|clicks all|klicks|klikken|klikken op link"),
            "visits": ("number", "visits|sessions|landing page views|sitzungen"),
            "channel": ("word", "channel|network|platform|source|kanal"),
        },
        needs=(("campaign_name", "campaign_id"), ("day",), ("cost",)),
    ),
    "campaigns": Kind(
        label="campaigns",
        file_names="campaign|kampagne|campagne",
        columns={
            **_CAMPAIGN,
            "channel": ("word", "channel|type|campaign type|kanal|medium"),
            "starts": ("day", "start date|starts on|start|starts|beginn|startdatum|send date|send date time"),
            "ends": ("day", "end date|ends on|end|ends|ende|enddatum"),
            "budget": (
                "amount",
                "budgeted cost|budgeted cost in campaign|budget|planned budget|budget total",
            ),
            "message": ("text", "message|subject|description|subject line"),
            "owner": ("text", "campaign owner|owner|verantwortlich"),
            "product": _PRODUCT,
        },
        needs=(("campaign_name",), ("starts",), ("ends", "budget", "channel")),
    ),
    "usage": Kind(
        label="use of a product by day",
        file_names="usage|session|login|nutzung|event",
        columns={
            **_CUSTOMER,
            "email": _PERSON["email"],
            "feature": ("word", "feature|feature name|event|event name|page|module|funktion"),
            "day": ("day", "day|date|used on|datum|timestamp|event date|event time"),
            "sessions": ("number", "sessions|count|events|logins|uses|anzahl"),
            "minutes": ("number", "minutes|duration|duration minutes|time spent|minuten"),
        },
        needs=(("customer_ref", "email"), ("feature",), ("day",), ("sessions", "minutes")),
    ),
}


@dataclass(frozen=True, kw_only=True)
class KnownExport:
    """A tool's export: the columns it is known by, what kind it is, and what the tool means by them."""

    label: str
    kind: str
    known_by: tuple[str, ...]
    columns: Mapping[str, str] = field(default_factory=dict)
    channel: str = ""
    """The channel of all its rows, where the tool is one."""


KNOWN_EXPORTS: tuple[KnownExport, ...] = (
    KnownExport(label="HubSpot deals", kind="deals", known_by=("deal name", "deal stage", "pipeline")),
    KnownExport(
        label="HubSpot contacts",
        kind="contacts",
        known_by=("record id", "lifecycle stage", "first name"),
        columns={
            "id": "record id",
            "channel": "original traffic source|original source",
            "stage": "lifecycle stage",
        },
    ),
    KnownExport(
        label="HubSpot companies",
        kind="customers",
        known_by=("record id", "company name", "company owner"),
        columns={"full_name": "company name"},
    ),
    KnownExport(
        label="Salesforce opportunities",
        kind="deals",
        known_by=("opportunity name", "stage", "close date"),
        columns={"won_flag": "won", "channel": "lead source"},
    ),
    KnownExport(
        label="Salesforce opportunities", kind="deals", known_by=("stage name", "close date", "is won")
    ),
    KnownExport(
        label="Salesforce leads",
        kind="contacts",
        known_by=("lead source", "lead status", "lead owner"),
        columns={"full_name": "lead name|full name", "stage": "lead status", "converted": "converted date"},
    ),
    KnownExport(
        label="Salesforce leads", kind="contacts", known_by=("lead source", "is converted", "status")
    ),
    KnownExport(
        label="Salesforce cases",
        kind="tickets",
        known_by=("case number", "date time opened"),
        columns={"id": "case number", "category": "case reason|type", "resolved": "date time closed"},
    ),
    KnownExport(
        label="Dynamics 365 opportunities",
        kind="deals",
        known_by=("topic", "potential customer", "est revenue"),
        columns={
            "id": "opportunity",
            "amount": "actual revenue|est revenue",
            "close": "actual close date|est close date",
            "stage": "status|status reason",
            "company_ref": "potential customer",
        },
    ),
    KnownExport(
        label="Dynamics 365 leads",
        kind="contacts",
        known_by=("lead", "row checksum", "last name"),
        columns={"id": "lead", "channel": "lead source", "campaign_ref": "source campaign"},
    ),
    KnownExport(
        label="Zendesk tickets",
        kind="tickets",
        known_by=("requester", "assignee", "solved at"),
        columns={
            "id": "id",
            "category": "ticket type|type|group",
            "resolved": "solved at",
            "subject": "subject",
        },
    ),
    KnownExport(
        label="Freshdesk tickets",
        kind="tickets",
        known_by=("ticket id", "created time", "resolved time", "initial response time"),
        columns={
            "first_reply": "initial response time",
            "category": "type",
            "resolved": "resolved time|closed time",
        },
    ),
    KnownExport(
        label="Google Ads campaigns",
        kind="costs",
        known_by=("campaign", "cost", "impr", "clicks"),
        columns={"campaign_name": "campaign", "campaign_id": "campaign id", "day": "day"},
        channel="paid_search",
    ),
    KnownExport(
        label="Meta ads",
        kind="costs",
        known_by=("campaign name", "amount spent", "reporting starts"),
        columns={"day": "day|reporting starts", "clicks": "link clicks|clicks"},
        channel="social",
    ),
    KnownExport(
        label="Stripe subscriptions",
        kind="subscriptions",
        known_by=("customer id", "plan", "start", "current period start"),
    ),
    KnownExport(
        label="Stripe subscriptions",
        kind="subscriptions",
        known_by=("customer id", "plan", "ended at", "interval"),
        columns={"created": "start|start date|created", "ended": "ended at|canceled at"},
    ),
    KnownExport(
        label="Stripe payments",
        kind="payments",
        known_by=("id", "amount refunded", "customer id", "converted amount"),
    ),
    KnownExport(
        label="Stripe customers", kind="customers", known_by=("id", "email", "created", "delinquent")
    ),
    KnownExport(
        label="Shopify orders",
        kind="orders",
        known_by=("financial status", "lineitem quantity", "total"),
        columns={"id": "name", "amount": "total", "created": "created at", "status": "financial status"},
    ),
    KnownExport(
        label="Shopify customers",
        kind="customers",
        known_by=("first name", "total spent", "total orders"),
        columns={"city": "default address city|city"},
    ),
    KnownExport(
        label="WooCommerce orders", kind="orders", known_by=("order number", "order status", "order date")
    ),
    KnownExport(
        label="Mailchimp audience",
        kind="contacts",
        known_by=("email address", "member rating", "optin time"),
        columns={"id": "leid|euid", "created": "optin time|confirm time"},
    ),
    KnownExport(label="Pipedrive deals", kind="deals", known_by=("deal title", "deal created", "deal value")),
)
