"""What the server says when it refuses a whole request, so that callers read it in their language.

Every text that the transport and the document limits show is here, one dictionary per language;
the texts of user errors inside payloads belong to the business rules and live with them.
"""

from collections.abc import Mapping
from typing import Final

DEFAULT_LANGUAGE: Final = "en"

_ENGLISH: Final[Mapping[str, str]] = {
    "bodyBytes": "The request body is larger than {allowed} bytes.",
    "sourceBytes": "The document has {found} bytes; at most {allowed} are allowed.",
    "tokens": "The document has more than {allowed} tokens.",
    "comments": "The document has more than {allowed} comments.",
    "operations": "The document has {found} operations; at most {allowed} are allowed.",
    "fragments": "The document has {found} fragments; at most {allowed} are allowed.",
    "variables": "{where} declares {found} variables; at most {allowed} are allowed.",
    "depth": "The selection is {found} levels deep at {where}; at most {allowed} are allowed.",
    "introspectionDepth": (
        "The introspection is {found} levels deep in {where}; at most {allowed} are allowed."
    ),
    "aliases": "{where} uses {found} aliases; at most {allowed} are allowed.",
    "directives": "{where} uses {found} directives; at most {allowed} are allowed.",
    "fields": "{where} selects {found} fields, fragments expanded; at most {allowed} are allowed.",
    "rootFields": "{where} has {found} root fields; at most {allowed} are allowed.",
    "mutations": "{where} runs {found} mutations; at most {allowed} are allowed in a request.",
    "once": "{where} is called {found} times; at most {allowed} is allowed in a request.",
    "filterDepth": "The filter {where} is {found} levels deep; at most {allowed} are allowed.",
    "filterNodes": "The filter {where} has {found} conditions; at most {allowed} are allowed.",
    "listItems": "The list at {where} has {found} items; at most {allowed} are allowed.",
    "inputNesting": "The value at {where} is {found} levels deep; at most {allowed} are allowed.",
    "INTERNAL_SERVER_ERROR": "Internal server error.",
    "unauthenticated": "A valid token is needed: sign in, or send an API key.",
    "TIMEOUT": "The operation took too long and was stopped.",
    "UNAVAILABLE": "The service is unavailable for the moment. Try again shortly.",
    "BAD_VALUE": "A value cannot be stored.",
    "bodyTimeout": "The request body did not arrive in time.",
    "method": "GraphQL answers GET and POST only.",
    "contentType": (
        "The content type must be application/json in UTF-8, or multipart/form-data for uploads."
    ),
    "contentEncoding": "Compressed request bodies are not accepted.",
    "accept": (
        "Nothing here fits the Accept header: the server answers application/json and "
        "application/graphql-response+json."
    ),
    "crossSite": (
        "Cross-site requests are refused: send an Authorization header or X-Voronka-CSRF."
    ),
    "multipartPreflight": (
        "An upload needs the header GraphQL-Require-Preflight (or Apollo-Require-Preflight), "
        "whatever it says."
    ),
    "multipart": (
        "The multipart body is broken or has no boundary, or it has more than {files} files, more "
        "than {fields} other parts, or a text of more than {allowed} bytes."
    ),
    "multipartText": "The part `{where}` is missing, comes twice, or is a file and not a text.",
    "multipartMap": "`map` must be an object that gives each file a list of paths.",
    "multipartPath": "`{where}` in `map` must lead to a variable that is null, each only once.",
    "multipartFile": "There must be one file in the part `{where}`, as `map` names it.",
    "multipartUnused": "The part `{where}` is named nowhere in `map`.",
    "invalidJson": "{where} is not valid JSON in UTF-8.",
    "batch": "Batches are not accepted: send one operation per request.",
    "notAnObject": "The request body must be a JSON object.",
    "notText": "`{where}` must be a string.",
    "notMap": "`{where}` must be an object.",
    "missingQuery": "`query` is missing.",
    "operationType": "No operation of this kind can be run by {where}.",
    "noFile": "There is no such file.",
    "noCalendar": "There is no such calendar.",
    "unknownOperation": "The document has no operation of the name given.",
    "operationNameNeeded": "The document has several operations: say which one to run.",
}

_RUSSIAN: Final[Mapping[str, str]] = {
    "bodyBytes": "Тело запроса больше {allowed} байт.",
    "sourceBytes": "Документ занимает {found} байт, допускается не больше {allowed}.",
    "tokens": "В документе больше {allowed} лексем.",
    "comments": "В документе больше {allowed} комментариев.",
    "operations": "Операций в документе: {found}, допускается не больше {allowed}.",
    "fragments": "Фрагментов в документе: {found}, допускается не больше {allowed}.",
    "variables": "Переменных в {where}: {found}, допускается не больше {allowed}.",
    "depth": "Вложенность полей в {where}: {found}, допускается не больше {allowed}.",
    "introspectionDepth": (
        "Вложенность интроспекции в {where}: {found}, допускается не больше {allowed}."
    ),
    "aliases": "Псевдонимов в {where}: {found}, допускается не больше {allowed}.",
    "directives": "Директив в {where}: {found}, допускается не больше {allowed}.",
    "fields": "Полей в {where} с учётом фрагментов: {found}, допускается не больше {allowed}.",
    "rootFields": "Корневых полей в {where}: {found}, допускается не больше {allowed}.",
    "mutations": "Мутаций в {where}: {found}, за один запрос допускается не больше {allowed}.",
    "once": "Вызовов {where}: {found}, за один запрос допускается не больше {allowed}.",
    "filterDepth": "Вложенность фильтра {where}: {found}, допускается не больше {allowed}.",
    "filterNodes": "Условий в фильтре {where}: {found}, допускается не больше {allowed}.",
    "listItems": "Элементов в списке {where}: {found}, допускается не больше {allowed}.",
    "inputNesting": "Вложенность значения {where}: {found}, допускается не больше {allowed}.",
    "INTERNAL_SERVER_ERROR": "Внутренняя ошибка сервера.",
    "unauthenticated": "Нужен действующий токен: войдите или передайте ключ API.",
    "TIMEOUT": "Операция выполнялась слишком долго и была остановлена.",
    "UNAVAILABLE": "Сервис временно недоступен. Повторите запрос чуть позже.",
    "BAD_VALUE": "Значение невозможно сохранить.",
    "bodyTimeout": "Тело запроса не пришло вовремя.",
    "method": "GraphQL отвечает только на GET и POST.",
    "contentType": (
        "Тип содержимого должен быть application/json в кодировке UTF-8 или multipart/form-data "
        "для загрузки файлов."
    ),
    "contentEncoding": "Сжатые тела запросов не принимаются.",
    "accept": (
        "Заголовку Accept ничто не подходит: сервер отвечает в application/json и "
        "application/graphql-response+json."
    ),
    "crossSite": (
        "Межсайтовые запросы отклоняются: передайте заголовок Authorization или X-Voronka-CSRF."
    ),
    "multipartPreflight": (
        "Для загрузки нужен заголовок GraphQL-Require-Preflight (или Apollo-Require-Preflight) с "
        "любым значением."
    ),
    "multipart": (
        "Тело multipart повреждено или без границы, либо в нём больше {files} файлов, больше "
        "{fields} других частей или текст длиннее {allowed} байт."
    ),
    "multipartText": "Части `{where}` нет, она повторяется или это файл, а не текст.",
    "multipartMap": "`map`: нужен объект, где у каждого файла список путей.",
    "multipartPath": (
        "`{where}` в `map`: путь должен вести к переменной со значением null, и только один раз."
    ),
    "multipartFile": "В части `{where}`, названной в `map`, должен быть один файл.",
    "multipartUnused": "Часть `{where}` не названа в `map`.",
    "invalidJson": "{where}: это не JSON в кодировке UTF-8.",
    "batch": "Пакеты запросов не принимаются: отправляйте по одной операции.",
    "notAnObject": "Тело запроса должно быть объектом JSON.",
    "notText": "`{where}`: нужна строка.",
    "notMap": "`{where}`: нужен объект.",
    "missingQuery": "Не передан параметр `query`.",
    "operationType": "Операцию такого вида нельзя выполнить методом {where}.",
    "noFile": "Такого файла нет.",
    "noCalendar": "Такого календаря нет.",
    "unknownOperation": "В документе нет операции с указанным именем.",
    "operationNameNeeded": "В документе несколько операций: укажите, какую выполнить.",
}

MESSAGES: Final[Mapping[str, Mapping[str, str]]] = {"en": _ENGLISH, "ru": _RUSSIAN}


def text(key: str, language: str = DEFAULT_LANGUAGE, **values: object) -> str:
    """Give the text of `key` in `language` (English where the language is not known)."""
    return MESSAGES.get(language, _ENGLISH)[key].format(**values)
