"""Roles: what they grant on records, on fields and on settings, and who has them."""

from enum import Enum
from typing import Final

from domain.fields import Entity, Field, Kind, fixed, name_field


class Action(Enum):
    """What can be done to records and settings."""

    READ = "READ"
    CREATE = "CREATE"
    UPDATE = "UPDATE"
    DELETE = "DELETE"
    EXPORT = "EXPORT"
    IMPORT = "IMPORT"


class RowScope(Enum):
    """Which rows a grant is about, as seen from the person who has the role."""

    OWN = "OWN"
    DEPARTMENT = "DEPARTMENT"
    SUBDEPARTMENTS = "SUBDEPARTMENTS"
    SHARED = "SHARED"
    OBSERVED = "OBSERVED"
    ALL = "ALL"


class FieldAccess(Enum):
    """What a role lets do with a field of the rows that it grants."""

    HIDDEN = "HIDDEN"
    READ = "READ"
    WRITE = "WRITE"


class SettingsRight(Enum):
    """What a role lets set up in the workspace."""

    CRM_SETTINGS = "CRM_SETTINGS"
    USERS = "USERS"
    ROLES = "ROLES"
    AUDIT = "AUDIT"
    DEBUG = "DEBUG"


class GrantEntity(Enum):
    """What roles grant rights on: the types of records, and people."""

    LEAD = "LEAD"
    CONTACT = "CONTACT"
    COMPANY = "COMPANY"
    DEAL = "DEAL"
    CATALOG_ELEMENT = "CATALOG_ELEMENT"
    PRODUCT = "PRODUCT"
    USER = "USER"


ADMINISTRATOR: Final = "ADMINISTRATOR"
"""Code of the role that grants everything and is always there."""

MAX_GRANTS: Final = 500
MAX_RULES: Final = 2_000
MAX_ROLES: Final = 200

ROLE: Final = Entity(
    name="role",
    plural="roles",
    doc="A set of rights that people are given.",
    title_field="name",
    fields=(
        name_field(100),
        Field("code", Kind.STRING, "Code of a role that came with the workspace; null of others.",
              max_length=50, writable=False, creatable=False),
        Field("grants", Kind.JSON, "What the role lets do with which rows.", always=True,
              filterable=False),
        Field("fields", Kind.JSON, "Fields that the role treats apart.", always=True,
              filterable=False, column="field_rules"),
        Field("field_defaults", Kind.JSON, "What holds for the fields that no rule names.",
              always=True, filterable=False),
        Field("settings", Kind.JSON, "What the role lets set up.", always=True, filterable=False),
        Field("assignments", Kind.INVERSE, "Who has it.", target="role_assignment", via="role_id",
              filterable=False),
        fixed("created_at", Kind.DATETIME, "When the role was made."),
    ),
)  # fmt: skip

ROLE_ASSIGNMENT: Final = Entity(
    name="role_assignment",
    plural="role_assignments",
    doc="A role given to a person, to the people of a department, or to a group.",
    title_field="id",
    fields=(
        Field("role", Kind.REFERENCE, "The role.", target="role", always=True, required=True,
              writable=False),
        Field("user", Kind.REFERENCE, "The person who has it.", target="user", writable=False),
        Field("department", Kind.REFERENCE, "The department whose people have it.",
              target="department", writable=False),
        Field("include_subdepartments", Kind.BOOLEAN,
              "Whether the people of all departments below have it as well.", always=True,
              writable=False),
        Field("group", Kind.REFERENCE, "The group whose people have it.", target="group",
              writable=False),
        fixed("created_at", Kind.DATETIME, "When it was given."),
    ),
)  # fmt: skip
