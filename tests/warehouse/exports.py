"""Exports of two invented companies, as their tools write them: a few lines each."""

from __future__ import annotations

from pathlib import Path

import openpyxl

CRM = {
    "hubspot-crm-exports-all-contacts.csv": (
        '"Record ID","First Name","Last Name","Email","Phone Number","Contact owner","Lifecycle Stage","Create Date",'
        '"Original Traffic Source","Became a Marketing Qualified Lead Date","Became a Customer Date"\n'
        '"301","Jörg","Kowalski","Joerg.K@web.de","+49 171 1146048","Marc Riedel","Customer","2026-03-02 11:52",'
        '"Paid Search","2026-03-05 09:00","2026-04-20 17:00"\n'
        '"302","Mia","Weber","mia@gmx.net","","Lena Vogt","Opportunity","2026-04-11 08:10","Referrals","2026-04-14 10:00",""\n'
        '"303","Nils","Bauer","nils@firma-x.de","","Lena Vogt","Lead","2026-05-06 14:30","Organic Search","",""\n'
    ),
    "hubspot-crm-exports-all-deals.csv": (
        '"Record ID","Deal Name","Deal Stage","Pipeline","Amount","Close Date","Create Date","Deal owner",'
        '"Closed Lost Reason","Associated Contact IDs"\n'
        '"9001","Kowalski – Team","Closed Won","Sales","17020.00","2026-04-20 16:52","2026-03-20 09:00","Marc Riedel","","301"\n'
        '"9002","Weber – Starter","Closed Lost","Sales","290.00","2026-05-30 12:00","2026-04-28 09:00","Lena Vogt","Price","302"\n'
        '"9003","Kowalski – more","Contract Sent","Sales","","2026-07-20 12:00","2026-06-01 09:00","Marc Riedel","","301"\n'
    ),
    "subscriptions.csv": (
        "id,Customer ID,Customer Email,Plan,Currency,Interval,Amount,Status,Start (UTC),Canceled At (UTC),Ended At (UTC)\n"
        "sub_1,cus_1,joerg.k@web.de,Team,eur,month,149.00,active,2026-04-21 08:00:00,,\n"
    ),
    "Mailing Report.csv": (
        "\ufeffE-Mail-Adresse;Kampagne;Versanddatum;Ereignis;Zeitpunkt\r\n"
        "mia@gmx.net;Frühjahr;12.04.2026 10:00;clicked;13.04.2026 09:26\r\n"
        "joerg.k@web.de;Frühjahr;12.04.2026 10:00;opened;12.04.2026 10:31\r\n"
    ),
    "tickets-zendesk.csv": (
        "Id,Requester,Requester email,Assignee,Subject,Status,Priority,Ticket type,Created at,Solved at,"
        "First reply time in minutes\n"
        "1000,Jörg Kowalski,joerg.k@web.de,Tom,Login,Solved,Urgent,Question,2026-05-04 09:00,2026-05-05 10:00,150\n"
        "1001,Mia Weber,mia@gmx.net,Tom,Export?,Open,Normal,Problem,2026-06-10 12:00,,\n"
    ),
}
SHOP = {
    "orders_export_1.csv": (
        "Name,Email,Financial Status,Currency,Subtotal,Taxes,Total,Created at,Lineitem quantity,Lineitem name,Billing Name,"
        "Cancelled at,Refunded Amount\n"
        "#1003,sanne@voorbeeld.nl,paid,EUR,1250.00,0.00,1254.95,2026-06-02 09:14:02 +0200,1,Servies,Sanne Bakker,,0.00\n"
        "#1002,tess@voorbeeld.nl,voided,EUR,20.00,0.00,20.00,2026-05-09 10:00:00 +0200,1,Mok,Tess Smit,,0.00\n"
        "#1001,sanne@voorbeeld.nl,paid,EUR,64.00,0.00,68.95,2026-05-01 08:00:00 +0200,1,Mok,Sanne Bakker,,10.00\n"
        "#1001,sanne@voorbeeld.nl,,,,,,2026-05-01 08:00:00 +0200,2,Bord,,,\n"
    ),
    "Campagnerapport.csv": (
        "Campaign report\n"
        '"May 1, 2026 - May 3, 2026"\n'
        "Day,Campaign,Campaign ID,Currency code,Cost,Impr.,Clicks\n"
        '2026-05-01,Search NL,21001,EUR,"1,034.76","3,627",64\n'
        '2026-05-02,Search NL,21001,EUR,36.22,"3,671",10\n'
        'Total: Account,,,EUR,"1,070.98","7,298",74\n'
    ),
    "voorraad.csv": "SKU;Omschrijving;Aantal\nMK-1;Mok;4\nMK-2;Kom;9\n",
}


def write(folder: Path, files: dict[str, str]) -> Path:
    """The files in a new folder, as they are."""
    folder.mkdir(parents=True)
    for name, content in files.items():
        (folder / name).write_bytes(content.encode())
    return folder


def write_workbook(file: Path) -> None:
    """A help desk's tickets as Excel keeps them, beside a sheet of notes."""
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet.title = "Tickets"
    header = "Ticket ID|Subject|Status|Priority|Type|Created time|Resolved time|Initial response time|Full name|Email"
    sheet.append(header.split("|"))
    sheet.append(
        [
            500,
            "Kapot",
            "Open",
            "Urgent",
            "Problem",
            "2026-06-01 09:00",
            None,
            None,
            "Tess",
            "sanne@voorbeeld.nl",
        ]
    )
    book.create_sheet("Notes").append(["Exported on Monday"])
    book.save(file)
