"""One person per role, by the names the sample bank uses."""

from warehouse.access.reader import Viewer
from warehouse.access.roles import ROLES

ONE_RM = Viewer("amy", "Amy Chan", "relationship_manager", rm_id="RM01")
ANOTHER_RM = Viewer("ben", "Ben Ho", "relationship_manager", rm_id="RM07")
LEAD = Viewer("lea", "Lea Lo", "team_lead", team="Central")
EVERYBODY = {
    "relationship_manager": ONE_RM,
    "team_lead": LEAD,
    **{
        role: Viewer(role, role.title(), role)
        for role in ROLES
        if role not in ("relationship_manager", "team_lead")
    },
}
