"""The mutations of the API: its index."""

import strawberry

from domain.catalogs import CATALOG_ELEMENT
from domain.products import PRODUCT
from domain.records import COMPANY, CONTACT, DEAL, LEAD
from schema import (
    activity_mutations,
    catalog_mutations,
    comments,
    conversion,
    currencies,
    custom_field_mutations,
    file_mutations,
    merges,
    people,
    product_mutations,
    role_mutations,
    sessions,
    settings_mutations,
    signing_in,
)
from schema.record_mutations import (
    create_many,
    create_one,
    delete_many,
    delete_one,
    import_many,
    purge_one,
    restore_one,
    update_many,
    update_one,
    upsert_many,
)


@strawberry.type(description="What can be changed. All mutations of a request succeed or none.")
class Mutation:
    """What can be changed."""

    create_lead = create_one(LEAD)
    update_lead = update_one(LEAD)
    delete_lead = delete_one(LEAD)
    restore_lead = restore_one(LEAD)
    purge_lead = purge_one(LEAD)
    create_leads = create_many(LEAD)
    update_leads = update_many(LEAD)
    upsert_leads = upsert_many(LEAD)
    delete_leads = delete_many(LEAD)
    convert_lead = conversion.CONVERT_LEAD

    create_contact = create_one(CONTACT)
    update_contact = update_one(CONTACT)
    delete_contact = delete_one(CONTACT)
    restore_contact = restore_one(CONTACT)
    purge_contact = purge_one(CONTACT)
    create_contacts = create_many(CONTACT)
    update_contacts = update_many(CONTACT)
    upsert_contacts = upsert_many(CONTACT)
    delete_contacts = delete_many(CONTACT)

    create_company = create_one(COMPANY)
    update_company = update_one(COMPANY)
    delete_company = delete_one(COMPANY)
    restore_company = restore_one(COMPANY)
    purge_company = purge_one(COMPANY)
    create_companies = create_many(COMPANY)
    update_companies = update_many(COMPANY)
    upsert_companies = upsert_many(COMPANY)
    delete_companies = delete_many(COMPANY)

    create_deal = create_one(DEAL)
    update_deal = update_one(DEAL)
    delete_deal = delete_one(DEAL)
    restore_deal = restore_one(DEAL)
    purge_deal = purge_one(DEAL)
    create_deals = create_many(DEAL)
    update_deals = update_many(DEAL)
    upsert_deals = upsert_many(DEAL)
    delete_deals = delete_many(DEAL)
    import_deals = import_many(DEAL)
    move_deal = settings_mutations.MOVE_DEAL

    create_catalog_element = create_one(CATALOG_ELEMENT)
    update_catalog_element = update_one(CATALOG_ELEMENT)
    delete_catalog_element = delete_one(CATALOG_ELEMENT)
    restore_catalog_element = restore_one(CATALOG_ELEMENT)
    purge_catalog_element = purge_one(CATALOG_ELEMENT)
    create_catalog_elements = create_many(CATALOG_ELEMENT)
    update_catalog_elements = update_many(CATALOG_ELEMENT)
    upsert_catalog_elements = upsert_many(CATALOG_ELEMENT)
    delete_catalog_elements = delete_many(CATALOG_ELEMENT)

    create_product = create_one(PRODUCT)
    update_product = update_one(PRODUCT)
    delete_product = delete_one(PRODUCT)
    restore_product = restore_one(PRODUCT)
    purge_product = purge_one(PRODUCT)
    create_products = create_many(PRODUCT)
    update_products = update_many(PRODUCT)
    upsert_products = upsert_many(PRODUCT)
    delete_products = delete_many(PRODUCT)

    merge_records = merges.MERGE_RECORDS
    unmerge = merges.UNMERGE

    add_comment = comments.ADD_COMMENT
    update_comment = comments.UPDATE_COMMENT
    delete_comment = comments.DELETE_COMMENT
    pin_comment = comments.PIN_COMMENT

    create_activity = activity_mutations.CREATE_ACTIVITY
    create_activities = activity_mutations.CREATE_ACTIVITIES
    update_activity = activity_mutations.UPDATE_ACTIVITY
    complete_activity = activity_mutations.COMPLETE_ACTIVITY
    reopen_activity = activity_mutations.REOPEN_ACTIVITY
    delete_activity = activity_mutations.DELETE_ACTIVITY
    create_calendar_feed = activity_mutations.CREATE_CALENDAR_FEED
    revoke_calendar_feed = activity_mutations.REVOKE_CALENDAR_FEED

    create_pipeline = settings_mutations.CREATE_PIPELINE
    update_pipeline = settings_mutations.UPDATE_PIPELINE
    delete_pipeline = settings_mutations.DELETE_PIPELINE
    reorder_pipelines = settings_mutations.REORDER_PIPELINES
    create_stage = settings_mutations.CREATE_STAGE
    update_stage = settings_mutations.UPDATE_STAGE
    delete_stage = settings_mutations.DELETE_STAGE
    reorder_stages = settings_mutations.REORDER_STAGES
    create_tunnel = settings_mutations.CREATE_TUNNEL
    update_tunnel = settings_mutations.UPDATE_TUNNEL
    delete_tunnel = settings_mutations.DELETE_TUNNEL
    create_dictionary = settings_mutations.CREATE_DICTIONARY
    update_dictionary = settings_mutations.UPDATE_DICTIONARY
    delete_dictionary = settings_mutations.DELETE_DICTIONARY
    create_dictionary_item = settings_mutations.CREATE_ITEM
    update_dictionary_item = settings_mutations.UPDATE_ITEM
    delete_dictionary_item = settings_mutations.DELETE_ITEM
    reorder_dictionary_items = settings_mutations.REORDER_ITEMS
    create_custom_field = custom_field_mutations.CREATE_CUSTOM_FIELD
    update_custom_field = custom_field_mutations.UPDATE_CUSTOM_FIELD
    delete_custom_field = custom_field_mutations.DELETE_CUSTOM_FIELD
    reorder_custom_fields = custom_field_mutations.REORDER_CUSTOM_FIELDS
    create_catalog = catalog_mutations.CREATE_CATALOG
    update_catalog = catalog_mutations.UPDATE_CATALOG
    delete_catalog = catalog_mutations.DELETE_CATALOG
    create_catalog_section = catalog_mutations.CREATE_SECTION
    update_catalog_section = catalog_mutations.UPDATE_SECTION
    delete_catalog_section = catalog_mutations.DELETE_SECTION
    create_resource = catalog_mutations.CREATE_RESOURCE
    update_resource = catalog_mutations.UPDATE_RESOURCE
    delete_resource = catalog_mutations.DELETE_RESOURCE
    create_booking_service = catalog_mutations.CREATE_SERVICE
    update_booking_service = catalog_mutations.UPDATE_SERVICE
    delete_booking_service = catalog_mutations.DELETE_SERVICE
    create_product_section = product_mutations.CREATE_SECTION
    update_product_section = product_mutations.UPDATE_SECTION
    delete_product_section = product_mutations.DELETE_SECTION
    create_measure_unit = product_mutations.CREATE_UNIT
    update_measure_unit = product_mutations.UPDATE_UNIT
    delete_measure_unit = product_mutations.DELETE_UNIT
    create_tax_rate = product_mutations.CREATE_TAX_RATE
    update_tax_rate = product_mutations.UPDATE_TAX_RATE
    delete_tax_rate = product_mutations.DELETE_TAX_RATE
    create_currency = currencies.CREATE_CURRENCY
    update_currency = currencies.UPDATE_CURRENCY
    delete_currency = currencies.DELETE_CURRENCY
    set_exchange_rate = settings_mutations.SET_EXCHANGE_RATE
    delete_exchange_rate = currencies.DELETE_EXCHANGE_RATE
    recompute_base_amounts = currencies.RECOMPUTE_BASE_AMOUNTS
    change_base_currency = currencies.CHANGE_BASE_CURRENCY

    upload_file = file_mutations.UPLOAD_FILE

    create_user = settings_mutations.CREATE_USER
    invite_user = signing_in.INVITE_USER
    renew_invitation = signing_in.RENEW_INVITATION
    issue_password_reset = signing_in.ISSUE_PASSWORD_RESET
    update_user = settings_mutations.UPDATE_USER
    activate_user = people.ACTIVATE_USER
    deactivate_user = people.DEACTIVATE_USER
    create_department = settings_mutations.CREATE_DEPARTMENT
    update_department = settings_mutations.UPDATE_DEPARTMENT
    delete_department = settings_mutations.DELETE_DEPARTMENT
    create_group = settings_mutations.CREATE_GROUP
    update_group = settings_mutations.UPDATE_GROUP
    delete_group = settings_mutations.DELETE_GROUP
    create_role = role_mutations.CREATE_ROLE
    update_role = role_mutations.UPDATE_ROLE
    delete_role = role_mutations.DELETE_ROLE
    assign_role = role_mutations.ASSIGN_ROLE
    unassign_role = role_mutations.UNASSIGN_ROLE
    update_workspace = people.UPDATE_WORKSPACE

    create_api_key = people.CREATE_API_KEY
    rotate_api_key = people.ROTATE_API_KEY
    revoke_api_key = people.REVOKE_API_KEY
    revoke_session = sessions.REVOKE_SESSION
    revoke_sessions = sessions.REVOKE_SESSIONS
    change_password = signing_in.CHANGE_PASSWORD

    sign_in = signing_in.SIGN_IN
    sign_out = signing_in.SIGN_OUT
    request_password_reset = signing_in.REQUEST_PASSWORD_RESET
    reset_password = signing_in.RESET_PASSWORD
    accept_invitation = signing_in.ACCEPT_INVITATION
