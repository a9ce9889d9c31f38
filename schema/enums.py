"""The enums of the API, with a description of every value."""

from collections.abc import Mapping
from enum import Enum
from typing import Any, Final

import strawberry

from auth.actor import Scope
from domain.activities import (
    ActivityDirection,
    ActivityKind,
    ActivityPriority,
    LeadActivities,
)
from domain.audit import AuditKind
from domain.conversion import LossReason
from domain.currencies import CurrencyWorkKind, CurrencyWorkState
from domain.custom_fields import CustomFieldType, RecordType
from domain.duplicates import DuplicateKind, DuplicateMode
from domain.errors import Code
from domain.filters import Direction
from domain.product_rows import DiscountType
from domain.requisites import RequisiteKind
from domain.roles import Action, FieldAccess, GrantEntity, RowScope, SettingsRight
from domain.settings import PipelineEntity, StageSemantics
from domain.timeline import LinkRole, TimelineKind
from domain.tunnels import TunnelAction
from resolvers.contact_points import EmailKind, MessengerKind, PhoneKind, WebsiteKind
from resolvers.pipelines import PipelineTemplate

_VALUES: Final[Mapping[type[Enum], tuple[str, str, Mapping[str, str]]]] = {
    StageSemantics: (
        "StageSemantics",
        "What a stage means for the record that stands on it.",
        {"OPEN": "Being worked on.", "WON": "Closed with success.", "LOST": "Closed without."},
    ),
    PipelineEntity: (
        "PipelineEntity",
        "The types of records that move through pipelines.",
        {"DEAL": "Deals; they may have many pipelines.", "LEAD": "Leads.", "QUOTE": "Quotes.",
         "INVOICE": "Invoices."},
    ),
    LossReason: (
        "LossReason",
        "Why something of a lead gets into nothing that is made of it.",
        {"NO_FIELD": "Nothing that is made has a field for it.",
         "NOT_WRITABLE": "You may not write the field that it would go to.",
         "NOT_AVAILABLE": "It stays with the lead, as files and bookings do, or stands for what is "
         "gone, not offered there or not yours to read."},
    ),
    TunnelAction: (
        "TunnelAction",
        "What a tunnel does with a deal.",
        {"COPY": "A copy of it goes to the other stage.", "MOVE": "It goes there itself."},
    ),
    DiscountType: (
        "DiscountType",
        "How the discount of a product row is given.",
        {"PERCENT": "In percent of the price without tax.",
         "AMOUNT": "As an amount off one unit, without tax."},
    ),
    RequisiteKind: (
        "RequisiteKind",
        "Whose requisites they are.",
        {"ORGANIZATION": "Those of a legal entity.",
         "SOLE_PROPRIETOR": "Those of a person who is in business (ИП).",
         "PERSON": "Those of a private person."},
    ),
    CurrencyWorkKind: (
        "CurrencyWorkKind",
        "Why base amounts are worked out anew.",
        {"RECOMPUTE": "By the rates of today.", "CHANGE_BASE": "In another base currency."},
    ),
    CurrencyWorkState: (
        "CurrencyWorkState",
        "How far the working out of base amounts is.",
        {"CLEARING": "Those of the former base currency are emptied; the workspace has it still.",
         "RECOMPUTING": "They are worked out; amounts that have none yet match no comparison.",
         "DONE": "All are there."},
    ),
    PipelineTemplate: (
        "PipelineTemplate",
        "Ready sets of stages for a new pipeline.",
        {"SALES": "First contact, terms, contract, payment, closed.",
         "SUPPORT": "Received, analysis, solution, applied, satisfaction confirmed."},
    ),
    RecordType: (
        "RecordType",
        "The types of records.",
        {"LEAD": "Possible customers.", "CONTACT": "People.", "COMPANY": "Organisations.",
         "DEAL": "Sales.", "CATALOG_ELEMENT": "Entries of catalogues.",
         "PRODUCT": "What is sold."},
    ),
    CustomFieldType: (
        "CustomFieldType",
        "What a custom field holds.",
        {"STRING": "A line of text.", "TEXT": "Text of several lines.",
         "INTEGER": "A whole number.", "NUMBER": "A decimal number.", "BOOLEAN": "Yes or no.",
         "DATE": "A day.", "DATETIME": "A point in time.", "MONEY": "An amount in a currency.",
         "URL": "A web address.", "ADDRESS": "A postal address.",
         "BOOKING": "A time for which resources or people are booked.",
         "LIST": "One of the field's own options.", "FILE": "An uploaded file.",
         "USER": "A person of the workspace.",
         "RECORD": "A record of one of the types that the field allows.",
         "DICTIONARY": "A value of a dictionary.",
         "CATALOG_SECTION": "A section of a catalogue.",
         "CATALOG_ELEMENT": "An element of a catalogue."},
    ),
    GrantEntity: (
        "GrantEntity",
        "What roles grant rights on.",
        {"LEAD": "Leads.", "CONTACT": "Contacts.", "COMPANY": "Companies.", "DEAL": "Deals.",
         "CATALOG_ELEMENT": "Entries of catalogues.", "PRODUCT": "Products.",
         "USER": "People: READ shows more of them than their names."},
    ),
    Action: (
        "RoleAction",
        "What a role lets do with records.",
        {"READ": "See them.", "CREATE": "Make new ones.", "UPDATE": "Change them.",
         "DELETE": "Delete them.", "EXPORT": "Take them out in bulk.",
         "IMPORT": "Bring them in in bulk."},
    ),
    RowScope: (
        "RowScope",
        "Which records a grant is about, as seen from the person who has the role.",
        {"OWN": "Those that the person answers for.",
         "DEPARTMENT": "Those that somebody of the person's departments answers for.",
         "SUBDEPARTMENTS": "Those of the person's departments and of all below.",
         "SHARED": "Those that are open to everyone.",
         "OBSERVED": "Those that the person follows.", "ALL": "All."},
    ),
    FieldAccess: (
        "FieldAccess",
        "What a role lets do with a field of the records that it grants.",
        {"HIDDEN": "Nothing.", "READ": "Read it.", "WRITE": "Read and write it."},
    ),
    SettingsRight: (
        "SettingsRight",
        "What a role lets set up.",
        {"CRM_SETTINGS": "Pipelines, dictionaries, custom fields, catalogues, rates.",
         "USERS": "People, departments, groups.",
         "ROLES": "Roles and who has them; who has this can give themselves any right.",
         "AUDIT": "Read who did what.", "DEBUG": "See what operations cost."},
    ),
    Scope: (
        "TokenScope",
        "What a token lets its bearer do, at most as much as its owner may.",
        {"READ": "Run queries.", "WRITE": "Run mutations."},
    ),
    Direction: (
        "OrderDirection",
        "Order of one key. ASC puts empty values last, DESC first.",
        {"ASC": "Small first, empty last.", "DESC": "Large first, empty first.",
         "ASC_NULLS_FIRST": "Empty first, then small to large.",
         "ASC_NULLS_LAST": "Small to large, then empty.",
         "DESC_NULLS_FIRST": "Empty first, then large to small.",
         "DESC_NULLS_LAST": "Large to small, then empty."},
    ),
    Code: (
        "UserErrorCode",
        "Why a mutation was refused.",
        {"REQUIRED": "A value is missing.", "INVALID": "A value makes no sense here.",
         "NOT_FOUND": "What is referred to is not there.",
         "FORBIDDEN": "The caller may not do this to the record.",
         "IN_USE": "Still used; name a target for what uses it.",
         "IMMUTABLE": "Never changes after it was made.",
         "CONFLICT": "Does not go with what is stored now.",
         "DUPLICATE": "Exists already.", "SYSTEM": "Comes with the workspace and stays.",
         "LIMIT": "Too long or too many."},
    ),
    AuditKind: (
        "AuditKind",
        "What an entry of the audit log tells of.",
        {"SIGNED_IN": "Somebody signed in.",
         "SIGN_IN_FAILED": "Somebody tried to sign in and was refused.",
         "SIGNED_OUT": "Somebody ended the session in use.",
         "SESSION_REVOKED": "A session was ended from elsewhere.",
         "KEY_CREATED": "An API key was made.",
         "KEY_ROTATED": "An API key got a new secret.",
         "KEY_REVOKED": "An API key was ended.",
         "PASSWORD_CHANGED": "Somebody changed their own password.",
         "PASSWORD_RESET_REQUESTED": "A link to set a new password was asked for.",
         "PASSWORD_RESET": "A new password was set by a link.",
         "INVITED": "Somebody was invited, or invited anew.",
         "INVITATION_ACCEPTED": "Somebody accepted the invitation and set a password.",
         "USER_ACTIVATED": "Somebody may sign in again.",
         "USER_DEACTIVATED": "Somebody may no longer sign in.",
         "DENIED": "An operation was refused for want of rights.",
         "ROLE_CREATED": "A role was made.", "ROLE_CHANGED": "A role was changed.",
         "ROLE_DELETED": "A role was deleted.", "ROLE_ASSIGNED": "A role was assigned.",
         "ROLE_UNASSIGNED": "A role was taken away.",
         "VIEWED_AS": "An administrator looked at the data as somebody else.",
         "CALENDAR_CREATED": "Somebody made a calendar feed, which ended one before.",
         "CALENDAR_REVOKED": "Somebody ended their calendar feed.",
         "IMPORTED": "Records were brought in from elsewhere."},
    ),
    TimelineKind: (
        "TimelineKind",
        "What an entry of a timeline tells of.",
        {"CREATED": "The record was made.", "UPDATED": "Fields of it changed.",
         "STAGE_MOVED": "It came to another stage; other fields may have changed as well.",
         "DELETED": "It went to the recycle bin.", "RESTORED": "It came out of the recycle bin.",
         "PURGED": "It was deleted for good.",
         "IMPORTED": "It was brought in; what happened before has the times that it had elsewhere.",
         "CONVERTED": "The lead was converted: other records came of it, or were linked to it.",
         "COPIED": "A tunnel made a copy of the deal, or made the deal as a copy of another one.",
         "COMMENTED": "Somebody commented on it.",
         "COMMENT_CHANGED": "A comment was changed.",
         "COMMENT_DELETED": "A comment was taken back.",
         "COMMENT_PINNED": "A comment was pinned.",
         "COMMENT_UNPINNED": "A comment is no longer pinned.",
            "MERGED": "Other records became part of it.",
            "UNMERGED": "Records that had become part of it parted from it again.",
         "ACTIVITY_PLANNED": "An activity about it was made, or linked to it.",
         "ACTIVITY_CHANGED": "An activity about it was changed.",
         "ACTIVITY_COMPLETED": "An activity about it was completed.",
         "ACTIVITY_REOPENED": "An activity about it is open again.",
         "ACTIVITY_DELETED": "An activity about it was deleted, or is no longer linked to it."},
    ),
    LinkRole: ("LinkRole", "What a record is to another one that the timeline is of.", {
        "BECAME": "What the lead became: made of it, or linked to it.",
        "COPY": "A copy that was made of it.", "COPY_OF": "What it is a copy of."}),
    ActivityKind: ("ActivityKind", "What is done.", {
        "CALL": "A call.", "MEETING": "A meeting.", "EMAIL": "An e-mail.",
        "TASK": "Anything else that is to be done."}),
    ActivityPriority: ("ActivityPriority", "How much an activity matters.", {
        "LOW": "Less than others.", "NORMAL": "As others.", "HIGH": "More than others."}),
    ActivityDirection: ("ActivityDirection", "Who calls or writes.", {
        "INCOMING": "The customer.", "OUTGOING": "We."}),
    LeadActivities: ("LeadActivities", "What becomes of a lead's open activities.", {
        "COMPLETE": "They are completed.",
        "CARRY_OVER": "They stay open, and are about what the lead becomes as well."}),
    DuplicateKind: (
        "DuplicateKind",
        "What records that may be the same have in common.",
        {"PHONE": "A phone number.", "EMAIL": "An e-mail address.",
         "INN": "The tax number (ИНН) in requisites.",
         "OGRN": "The number in the register (ОГРН, ОГРНИП) in requisites.",
         "NAME": "The name of a person.", "TITLE": "The title of a company."},
    ),
    DuplicateMode: (
        "DuplicateMode",
        "What happens to a new record that has the phone, e-mail, tax or register number of "
        "another one.",
        {"WARN": "It is made, and the other one is told beside it.",
         "REFUSE": "It is refused, unless its maker may not see the other one.",
         "OFF": "It is made, and nothing is told."},
    ),
    PhoneKind: ("PhoneKind", "What a phone is for.", {
        "WORK": "At work.", "MOBILE": "Carried along.", "FAX": "Fax machine.", "HOME": "At home.",
        "PAGER": "Pager.", "MAILING": "For mailings.", "OTHER": "Something else."}),
    EmailKind: ("EmailKind", "What an e-mail address is for.", {
        "WORK": "At work.", "HOME": "Private.", "MAILING": "For mailings.",
        "OTHER": "Something else."}),
    WebsiteKind: ("WebsiteKind", "What a web address shows.", {
        "WORK": "Company site.", "HOME": "Private site.", "VK": "Page on VK.",
        "LIVEJOURNAL": "Page on LiveJournal.", "TWITTER": "Page on Twitter.",
        "FACEBOOK": "Page on Facebook.", "OTHER": "Something else."}),
    MessengerKind: ("MessengerKind", "The service of a messenger account.", {
        "TELEGRAM": "Telegram.", "VK": "VK messages.", "SKYPE": "Skype.", "VIBER": "Viber.",
        "WHATSAPP": "WhatsApp.", "FACEBOOK": "Facebook Messenger.", "INSTAGRAM": "Instagram.",
        "JABBER": "XMPP.", "OTHER": "Something else."}),
}  # fmt: skip


def _declare(enum: type[Enum], name: str, text: str, values: Mapping[str, str]) -> Any:
    made: Any = strawberry.enum(enum, name=name, description=text)
    for value in made.__strawberry_definition__.values:
        value.description = values[value.name]
    return made


for _enum, (_name, _text, _values) in _VALUES.items():
    _declare(_enum, _name, _text, _values)


def enum_name(enum: type[Enum]) -> str:
    """Give the API's name of an enum."""
    return _VALUES[enum][0]
