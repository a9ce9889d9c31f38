"""Roles and who has them."""

from sqlalchemy import CheckConstraint, Column, Index, UniqueConstraint, func, text
from sqlalchemy.dialects.postgresql import JSONB

from db.base import id_column, reference, text_column, workspace_table
from db.record import flag, moment


def _list(name: str) -> Column[object]:
    return Column(name, JSONB(), nullable=False, server_default=text("'[]'::jsonb"))


roles = workspace_table(
    "roles",
    id_column(),
    text_column("name", required=True),
    text_column("code"),
    _list("grants"),
    _list("field_rules"),
    _list("field_defaults"),
    _list("settings"),
    moment("created_at", required=True),
    UniqueConstraint("workspace_id", "code"),
    Index("ix_roles_name", "workspace_id", "name", "id"),
)

role_assignments = workspace_table(
    "role_assignments",
    id_column(),
    *reference("role_id", "roles", required=True, belongs=True),
    *reference("user_id", "users", belongs=True),
    *reference("department_id", "departments", belongs=True),
    flag("include_subdepartments"),
    *reference("group_id", "groups", belongs=True),
    moment("created_at", required=True),
    CheckConstraint("num_nonnulls(user_id, department_id, group_id) = 1", name="one_holder"),
)
Index("ix_role_assignments_user_id", role_assignments.c.workspace_id, role_assignments.c.user_id)
Index(
    "ix_role_assignments_department_id",
    role_assignments.c.workspace_id,
    role_assignments.c.department_id,
)
Index("ix_role_assignments_group_id", role_assignments.c.workspace_id, role_assignments.c.group_id)
Index(
    "uq_role_assignments_holder",
    role_assignments.c.workspace_id,
    role_assignments.c.role_id,
    func.coalesce(
        role_assignments.c.user_id, role_assignments.c.department_id, role_assignments.c.group_id
    ),
    unique=True,
)
