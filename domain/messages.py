"""What errors say, in the languages of the API, by their keys."""

from collections.abc import Mapping
from typing import Any, Final

from domain.access_messages import ACCESS_MESSAGES
from domain.activity_messages import ACTIVITY_MESSAGES
from domain.duplicate_messages import DUPLICATE_MESSAGES
from domain.process_messages import PROCESS_MESSAGES
from domain.product_messages import PRODUCT_MESSAGES
from domain.requisite_messages import REQUISITE_MESSAGES
from domain.sign_in_messages import SIGN_IN_MESSAGES

MESSAGES: Final[Mapping[str, tuple[str, str]]] = {
    **ACCESS_MESSAGES,
    **ACTIVITY_MESSAGES,
    **DUPLICATE_MESSAGES,
    **PROCESS_MESSAGES,
    **PRODUCT_MESSAGES,
    **REQUISITE_MESSAGES,
    **SIGN_IN_MESSAGES,
    "forbidden": ("You may not do this.", "У вас нет на это прав."),
    "token_scope": (
        "The token's scopes do not allow this.",
        "Права токена этого не позволяют.",
    ),
    "required": ("A value is required.", "Нужно указать значение."),
    "contact_name_required": (
        "A contact needs a first or a last name.",
        "У контакта должно быть имя или фамилия.",
    ),
    "expected": ("Expected {expected}, got {found}.", "Ожидается {expected}, а указано {found}."),
    "too_short": ("At least {limit} characters are needed.", "Нужно не меньше {limit} символов."),
    "no_match": (
        "The text does not match the pattern {pattern}.",
        "Текст не соответствует образцу {pattern}.",
    ),
    "too_precise": (
        "At most {limit} digits may follow the point.",
        "После запятой может быть не больше {limit} знаков.",
    ),
    "unknown_part": ("There is no such part.", "Такой части нет."),
    "values_repeat": (
        "Some records have the same value already.",
        "Одинаковые значения уже есть у нескольких записей.",
    ),
    "used_by_fields": (
        "Custom fields use it: {fields}.",
        "Его используют пользовательские поля: {fields}.",
    ),
    "catalog_has_elements": (
        "The catalogue has elements: {count}, those in the recycle bin too.",
        "В каталоге есть элементы, считая корзину: {count}.",
    ),
    "section_of_another_catalog": (
        "The section belongs to another catalogue.",
        "Раздел принадлежит другому каталогу.",
    ),
    "only_of_elements": (
        "Only fields of catalogue elements have catalogues.",
        "Каталоги указывают только у полей элементов каталогов.",
    ),
    "no_extensions": (
        "Expected a list of extensions of small letters and digits, 50 at most.",
        "Ожидается список расширений из строчных латинских букв и цифр, не больше 50.",
    ),
    "file_extension": (
        "The field takes files with these extensions: {known}.",
        "Поле принимает файлы с расширениями: {known}.",
    ),
    "booking_span": (
        "A booking ends after it starts and lasts {days} days at most.",
        "Бронь кончается позже, чем начинается, и длится не больше {days} дней.",
    ),
    "already_booked": (
        "Somebody has booked this time already.",
        "Это время уже занято.",
    ),
    "ends_before_start": (
        "The end comes after the start.",
        "Конец должен быть позже начала.",
    ),
    "not_ready": (
        "The field {name} is being made ready for filters; its isReady tells when it is.",
        "Поле {name} ещё готовится к отбору; его isReady скажет, когда будет готово.",
    ),
    "value_taken": ("Another record has this value.", "Такое значение есть у другой записи."),
    "not_in_catalog": (
        "Elements of the catalogue do not have this field.",
        "У элементов этого каталога такого поля нет.",
    ),
    "not_in_pipeline": (
        "Deals of this pipeline do not have the field.",
        "У сделок этой воронки нет такого поля.",
    ),
    "no_custom_field": ("There is no custom field {name}.", "Нет пользовательского поля {name}."),
    "not_filterable": (
        "The field {name} is not for filtering.",
        "По полю {name} отбор не включён.",
    ),
    "not_sortable": (
        "Records cannot be ordered by the field {name}.",
        "По полю {name} сортировать нельзя.",
    ),
    "not_aggregated": (
        "There are no numbers about the field {name}.",
        "По полю {name} итоги не считаются.",
    ),
    "no_operator": (
        "The field has no such operator; known: {known}.",
        "У поля нет такого оператора; есть: {known}.",
    ),
    "never_changes": ("This never changes.", "Это нельзя изменить."),
    "no_api_name": (
        "A code is letters and digits, a small letter first, 50 at most; "
        "and, or, not and id are taken.",
        "Код — латинские буквы и цифры, первой строчная буква, не больше 50 знаков; "
        "and, or, not и id заняты.",
    ),
    "too_many_fields": ("More than {limit} custom fields.", "Больше {limit} полей."),
    "too_many_options": ("More than {limit} options.", "Больше {limit} вариантов."),
    "never_multiple": (
        "A field for yes or no holds one value.",
        "Поле «да/нет» не бывает множественным.",
    ),
    "chosen_before": (
        "Records that have a value chosen from what it was: {count}; clear it there first.",
        "Записей со значением, выбранным из прежнего: {count}; сначала очистите его там.",
    ),
    "option_in_use": (
        "Records that have the option: {count}; change them first.",
        "Записей с этим вариантом: {count}; сначала измените их.",
    ),
    "never_unique": (
        "Fields of this type are never unique.",
        "Поля этого типа не бывают уникальными.",
    ),
    "no_labels": (
        "Labels are texts of 1 to 255 characters by language.",
        "Подписи — тексты от 1 до 255 знаков по языкам.",
    ),
    "no_options": (
        "Only fields of the type LIST have options.",
        "Варианты есть только у полей типа LIST.",
    ),
    "unknown_setting": (
        "Fields of this type have no such setting; known: {known}.",
        "У полей этого типа нет такой настройки; есть: {known}.",
    ),
    "no_dictionary": ("Name a dictionary by its code.", "Укажите код справочника."),
    "no_pattern": ("This is no regular expression.", "Это не регулярное выражение."),
    "bounds_crossed": (
        "The upper bound is below the lower one.",
        "Верхняя граница меньше нижней.",
    ),
    "no_types": (
        "Name the types of records that are allowed: {known}.",
        "Укажите допустимые типы записей: {known}.",
    ),
    "bad_characters": (
        "The text has characters that cannot be stored.",
        "В тексте есть символы, которые нельзя сохранить.",
    ),
    "too_long": (
        "The text is longer than {limit} characters.",
        "Текст длиннее {limit} символов.",
    ),
    "text_too_long": (
        "The text is longer than {limit} characters.",
        "Текст длиннее {limit} символов.",
    ),
    "list_too_long": ("More than {limit} values.", "Больше {limit} значений."),
    "list_given_twice": (
        "Give either the whole list or what to add and remove.",
        "Укажите либо весь список, либо что добавить и удалить.",
    ),
    "invalid_id": ("This is no id of a {target}.", "Это не идентификатор ({target})."),
    "id_of_another_type": (
        "Expected an id of a {target}, this is one of a {found}.",
        "Ожидался идентификатор {target}, а указан {found}.",
    ),
    "not_found": ("There is no such {target}.", "Такого объекта нет: {target}."),
    "user_inactive": ("This person is not active.", "Этот сотрудник неактивен."),
    "item_of_another_dictionary": (
        "The value is not one of the dictionary {dictionary}.",
        "Значение не из справочника {dictionary}.",
    ),
    "pipeline_of_other_records": (
        "The pipeline is for records of another type.",
        "Эта воронка для записей другого типа.",
    ),
    "stage_of_another_pipeline": (
        "The stage belongs to another pipeline.",
        "Стадия относится к другой воронке.",
    ),
    "invalid_email": ("This is no e-mail address.", "Это не адрес электронной почты."),
    "invalid_phone": ("This is no phone number.", "Это не номер телефона."),
    "invalid_website": ("This is no web address.", "Это не адрес сайта."),
    "unknown_currency": ("There is no currency {currency}.", "Нет такой валюты: {currency}."),
    "invalid_color": ("A colour is given as #RRGGBB.", "Цвет указывается как #RRGGBB."),
    "out_of_range": (
        "The number must be between {minimum} and {maximum}.",
        "Число должно быть от {minimum} до {maximum}.",
    ),
    "system_given_twice": (
        "One id a system: {system} is given twice.",
        "Один идентификатор на систему: {system} указана дважды.",
    ),
    "external_id_taken": (
        "Another record has this external id.",
        "Этот внешний идентификатор у другой записи.",
    ),
    "given_twice": ("This is given twice.", "Это указано дважды."),
    "in_recycle_bin": (
        "The record is in the recycle bin; restore or purge it.",
        "Запись в корзине: восстановите её или удалите окончательно.",
    ),
    "not_in_recycle_bin": (
        "The record is not in the recycle bin.",
        "Записи нет в корзине.",
    ),
    "version_conflict": (
        "The record has changed; its version is {version} now.",
        "Запись изменилась, её версия теперь {version}.",
    ),
    "file_empty": ("The file is empty.", "Файл пустой."),
    "file_too_large": (
        "The file is larger than {limit} bytes.",
        "Файл больше {limit} байт.",
    ),
    "files_full": (
        "All files together may have {limit} bytes.",
        "Все файлы вместе могут занимать {limit} байт.",
    ),
    "file_name_needed": (
        "The file needs a name; folders and control characters do not count.",
        "Файлу нужно имя; папки и управляющие символы не считаются.",
    ),
    "not_your_comment": (
        "Only its author or an administrator may do this with a comment.",
        "Это может сделать с комментарием только его автор или администратор.",
    ),
    "too_many_pins": (
        "At most {limit} comments of a record are pinned.",
        "У записи можно закрепить не больше {limit} комментариев.",
    ),
    "too_many_items": (
        "At most {limit} elements in one call.",
        "Не больше {limit} элементов за один вызов.",
    ),
    "parent_below_itself": (
        "The parent stands below this one.",
        "Выбранный родитель сам подчинён этому объекту.",
    ),
    "code_taken": ("The code {taken} is taken.", "Код {taken} уже занят."),
    "invalid_code": (
        "A code has letters, digits, - and _ only.",
        "В коде только латинские буквы, цифры, - и _.",
    ),
    "order_must_name_all": (
        "Name each of the {count} ids once.",
        "Назовите каждый из {count} идентификаторов один раз.",
    ),
    "stage_order": (
        "Open stages come first, then the won one, then the lost ones.",
        "Сначала открытые стадии, затем успешная, затем проваленные.",
    ),
    "one_won_stage": (
        "A pipeline has exactly one won stage.",
        "В воронке ровно одна успешная стадия.",
    ),
    "one_pipeline_only": (
        "Only deals have several pipelines.",
        "Несколько воронок бывает только у сделок.",
    ),
    "default_pipeline": (
        "The default pipeline cannot be deleted.",
        "Воронку по умолчанию нельзя удалить.",
    ),
    "system_stage": (
        "The first, won and lost stages cannot be deleted.",
        "Первую, успешную и проваленную стадии нельзя удалить.",
    ),
    "system_dictionary": (
        "A dictionary of the system cannot be deleted.",
        "Системный справочник нельзя удалить.",
    ),
    "system_item": (
        "A value of the system cannot be deleted.",
        "Системное значение нельзя удалить.",
    ),
    "in_use": (
        "{count} records use it (the recycle bin included); name a target for them.",
        "Используется в записях: {count} (с учётом корзины); укажите замену.",
    ),
    "fields_of_pipeline": (
        "Custom fields are there for this pipeline alone: {names}; name a target for them.",
        "Поля только для этой воронки: {names}; укажите замену.",
    ),
    "no_target": (
        "This cannot be the target.",
        "Это не может быть заменой.",
    ),
    "before_or_after": (
        "Give one of before and after.",
        "Укажите что-то одно: before или after.",
    ),
    "neighbour_elsewhere": (
        "The neighbour stands in another column.",
        "Соседняя карточка в другой колонке.",
    ),
    "department_in_use": (
        "The department has {count} people or departments in it.",
        "В отделе ещё есть люди или отделы: {count}.",
    ),
    "workspace_name": (
        "A workspace's name has 1 to {limit} characters.",
        "В названии пространства от 1 до {limit} символов.",
    ),
    "rate_positive": ("A rate is greater than zero.", "Курс больше нуля."),
    "base_currency": (
        "The base currency has no rate.",
        "У базовой валюты нет курса.",
    ),
    "earlier_refused": (
        "Nothing was written: another mutation of the request was refused.",
        "Ничего не записано: другая мутация запроса отклонена.",
    ),
    "null_in_filter": (
        "A filter takes no null; use isNull.",
        "В фильтре нет null; используйте isNull.",
    ),
    "between_takes_two": ("between takes two values.", "between принимает два значения."),
    "invalid_cursor": (
        "This is no cursor of this list and order.",
        "Это не курсор этого списка с этим порядком.",
    ),
    "first_and_last": ("Give one of first and last.", "Укажите что-то одно: first или last."),
    "after_and_before": (
        "after goes with first, before with last.",
        "after используется с first, before с last.",
    ),
    "page_size": (
        "A page has 0 to {limit} records.",
        "На странице от 0 до {limit} записей.",
    ),
    "order_key_twice": ("The key is given twice.", "Ключ указан дважды."),
    "order_too_deep": (
        "An order goes over one reference at most.",
        "Порядок задаётся не дальше одной ссылки.",
    ),
    "too_many_order_keys": ("At most {limit} keys.", "Не больше {limit} ключей."),
    "too_many_words": ("At most {limit} words.", "Не больше {limit} слов."),
    "too_many_ids": ("At most {limit} ids.", "Не больше {limit} идентификаторов."),
}


def say(key: str, language: str, values: Mapping[str, Any]) -> str:
    """Say a message in a language (ru, else English)."""
    english, russian = MESSAGES[key]
    text = (russian if language == "ru" else english).format(**values)
    # Of a custom field, which stands in a list of values, its code comes first.
    return f"{values['field']}: {text}" if "field" in values else text
