"""What errors say of roles and rights, in the languages of the API, by their keys."""

from collections.abc import Mapping
from typing import Final

ACCESS_MESSAGES: Final[Mapping[str, tuple[str, str]]] = {
    "no_role_grants": (
        "None of your roles grants {action} on the type {type}.",
        "Ни одна из ваших ролей не даёт права {action} на тип {type}.",
    ),
    "administrators_only": (
        "Only administrators may do this.",
        "Это может делать только администратор.",
    ),
    "view_only_reads": (
        "Who views as somebody else changes nothing; leave X-View-As out.",
        "Просмотр от чужого имени ничего не меняет; уберите заголовок X-View-As.",
    ),
    "right_missing": (
        "None of your roles has the right {right}.",
        "Ни у одной из ваших ролей нет права {right}.",
    ),
    "field_hidden": (
        "None of your roles lets you read {name}.",
        "Ни одна из ваших ролей не разрешает читать {name}.",
    ),
    "field_fixed": (
        "None of your roles lets you write {name}.",
        "Ни одна из ваших ролей не разрешает изменять {name}.",
    ),
    "row_forbidden": (
        "You may read this, but not do that with it.",
        "Вы можете это читать, но не можете сделать с этим то, что просите.",
    ),
    "cell_forbidden": (
        "You may not write {name} of this record.",
        "Вы не можете изменять {name} этой записи.",
    ),
    "becomes_forbidden": (
        "None of your roles allows the record as it would become.",
        "Ни одна из ваших ролей не разрешает запись в таком виде.",
    ),
    "administrators_role": (
        "The administrator's role grants everything and stays; only its name may change.",
        "Роль администратора даёт все права и остаётся; изменить можно только её название.",
    ),
    "name_taken": ("The name {taken} is taken.", "Название {taken} уже занято."),
    "too_many_elements": ("At most {limit} are possible.", "Возможно не больше {limit}."),
    "no_such_grant": (
        "No role can grant this on this type.",
        "Такого права на этот тип роль дать не может.",
    ),
    "whole_records": (
        "Records are deleted as a whole; name no field.",
        "Записи удаляются целиком; не указывайте поле.",
    ),
    "no_pipelines": (
        "Records of this type do not stand there.",
        "Записи этого типа там не стоят.",
    ),
    "no_field": ("The type has no field {name}.", "У этого типа нет поля {name}."),
    "never_hidden": (
        "The field {name} is shown to everyone who sees the record.",
        "Поле {name} видно всем, кто видит запись.",
    ),
    "no_condition": ("This is no condition: {reason}.", "Это не условие: {reason}."),
    "one_holder": (
        "Name one of userId, departmentId and groupId.",
        "Укажите что-то одно: userId, departmentId или groupId.",
    ),
    "only_of_departments": (
        "Only departments have others below them.",
        "Подразделения ниже есть только у подразделений.",
    ),
    "id_alone": (
        "The id of the assignment suffices; give nothing else.",
        "Достаточно id назначения; больше ничего не указывайте.",
    ),
    "key_is_bound": (
        "The key in use is bound to a role, and so is what is made with it.",
        "Используемый ключ связан с ролью; ключи, созданные с ним, связаны с ней же.",
    ),
}
