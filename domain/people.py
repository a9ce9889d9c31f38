"""The people of a workspace: users, departments, groups."""

from typing import Final

from domain.fields import Entity, Field, Kind, Link, fixed, name_field

_MEMBERSHIP: Final = Link(table="user_departments", owner="user_id", target="department_id")
_MEMBERS: Final = Link(table="user_departments", owner="department_id", target="user_id")

USER: Final = Entity(
    name="user",
    plural="users",
    doc="A person who works in the workspace.",
    title_field="last_name",
    searchable=("first_name", "last_name", "email"),
    fields=(
        Field(
            "email",
            Kind.EMAIL,
            "E-mail address to sign in with.",
            required=True,
            always=True,
            writable=False,
            sortable=True,
        ),
        Field("first_name", Kind.STRING, "Given name.", max_length=100, sortable=True),
        Field("last_name", Kind.STRING, "Family name.", max_length=100, sortable=True),
        Field("job_title", Kind.STRING, "Position in the company."),
        Field("locale", Kind.STRING, "Language of the person: ru or en.", max_length=2),
        fixed("is_active", Kind.BOOLEAN, "May sign in; records of inactive people stay."),
        Field(
            "departments",
            Kind.LINKS,
            "Departments that the person works in.",
            target="department",
            link=_MEMBERSHIP,
        ),
        fixed("created_at", Kind.DATETIME, "When the person was added.", sortable=True),
    ),
)

DEPARTMENT: Final = Entity(
    name="department",
    plural="departments",
    doc="A part of the company; departments form a tree.",
    title_field="name",
    fields=(
        name_field(255),
        Field(
            "parent", Kind.REFERENCE, "The department above; empty at the top.", target="department"
        ),
        Field("head", Kind.REFERENCE, "The person who leads the department.", target="user"),
        Field(
            "members",
            Kind.LINKS,
            "The people who work in it.",
            target="user",
            link=_MEMBERS,
            writable=False,
            creatable=False,
        ),
        Field(
            "children",
            Kind.INVERSE,
            "The departments right below.",
            target="department",
            via="parent_id",
        ),
    ),
)

GROUP: Final = Entity(
    name="group",
    plural="groups",
    doc="People taken together across departments.",
    title_field="name",
    fields=(
        name_field(255),
        Field(
            "members",
            Kind.LINKS,
            "The people in the group.",
            target="user",
            link=Link(table="group_members", owner="group_id", target="user_id"),
        ),
    ),
)
