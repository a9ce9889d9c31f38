"""What a new workspace starts with: codes, order, colours and names, as Bitrix24 has them."""

from typing import Final

Item = tuple[str, int, bool, str, str]
"""Code, sort, whether it is the system's, English name, Russian name."""

DICTIONARIES: Final[dict[str, tuple[str, str, list[Item]]]] = {
    "SOURCE": ("Sources", "Источники", [
        ("CALL", 10, True, "Call", "Звонок"),
        ("EMAIL", 20, False, "E-mail", "Электронная почта"),
        ("WEB", 30, False, "Web site", "Веб-сайт"),
        ("ADVERTISING", 40, False, "Advertising", "Реклама"),
        ("PARTNER", 50, False, "Existing client", "Существующий клиент"),
        ("RECOMMENDATION", 60, False, "Recommendation", "По рекомендации"),
        ("TRADE_SHOW", 70, False, "Trade show", "Выставка"),
        ("WEBFORM", 75, True, "CRM form", "CRM-форма"),
        ("REPEAT_SALE", 76, True, "Repeat sale", "Повторные продажи"),
        ("CALLBACK", 77, True, "Callback", "Обратный звонок"),
        ("RC_GENERATOR", 78, True, "Sales generator", "Генератор продаж"),
        ("STORE", 79, True, "Online store", "Интернет-магазин"),
        ("OTHER", 80, False, "Other", "Другое"),
        ("BOOKING", 81, True, "Online booking", "Онлайн-запись"),
    ]),
    "CONTACT_TYPE": ("Contact types", "Типы контактов", [
        ("CLIENT", 10, False, "Clients", "Клиенты"),
        ("SUPPLIER", 20, False, "Suppliers", "Поставщики"),
        ("PARTNER", 30, False, "Partners", "Партнеры"),
        ("OTHER", 40, False, "Other", "Другое"),
    ]),
    "COMPANY_TYPE": ("Company types", "Типы компаний", [
        ("CUSTOMER", 10, False, "Client", "Клиент"),
        ("SUPPLIER", 20, False, "Supplier", "Поставщик"),
        ("COMPETITOR", 30, False, "Competitor", "Конкурент"),
        ("PARTNER", 40, False, "Partner", "Партнер"),
        ("OTHER", 50, False, "Other", "Другое"),
    ]),
    "EMPLOYEES": ("Number of employees", "Количество сотрудников", [
        ("EMPLOYEES_1", 10, True, "fewer than 50", "менее 50"),
        ("EMPLOYEES_2", 20, False, "50-250", "50-250"),
        ("EMPLOYEES_3", 30, False, "250-500", "250-500"),
        ("EMPLOYEES_4", 40, False, "more than 500", "более 500"),
    ]),
    "INDUSTRY": ("Industries", "Сферы деятельности", [
        ("IT", 10, False, "Information technology", "Информационные технологии"),
        ("TELECOM", 20, False, "Telecommunication", "Телекоммуникации и связь"),
        ("MANUFACTURING", 30, False, "Manufacturing", "Производство"),
        ("BANKING", 40, False, "Banking services", "Банковские услуги"),
        ("CONSULTING", 50, False, "Consulting", "Консалтинг"),
        ("FINANCE", 60, False, "Finance", "Финансы"),
        ("GOVERNMENT", 70, False, "Government", "Правительство"),
        ("DELIVERY", 80, False, "Delivery", "Доставка"),
        ("ENTERTAINMENT", 90, False, "Entertainment", "Развлечения"),
        ("NOTPROFIT", 100, False, "Non-profit", "Не для получения прибыли"),
        ("OTHER", 110, True, "Other", "Другое"),
    ]),
    "DEAL_TYPE": ("Deal types", "Типы сделок", [
        ("SALE", 10, True, "Sale", "Продажа"),
        ("COMPLEX", 20, False, "Integrated sale", "Комплексная продажа"),
        ("GOODS", 30, False, "Sale of goods", "Продажа товара"),
        ("SERVICES", 40, False, "Services", "Услуги"),
        ("SERVICE", 50, False, "Maintenance service", "Сервисное обслуживание"),
    ]),
    "HONORIFIC": ("Salutations", "Обращения", [
        ("HNR_{LANG}_1", 10, False, "Mr.", "г-н"),
        ("HNR_{LANG}_2", 20, False, "Ms.", "г-жа"),
    ]),
    "EVENT_TYPE": ("Event types", "Типы событий", [
        ("INFO", 10, True, "Information", "Информация"),
        ("PHONE", 20, True, "Phone call", "Телефонный звонок"),
        ("MESSAGE", 30, True, "E-mail message", "Письмо"),
    ]),
    "CALL_LIST": ("Call list statuses", "Статусы обзвона", [
        ("IN_WORK", 10, True, "In progress", "В работе"),
        ("SUCCESS", 20, True, "Success", "Успешно"),
        ("WRONG_NUMBER", 30, True, "Wrong number", "Неверный номер"),
        ("STOP_CALLING", 40, True, "Do not call again", "Больше не звонить"),
    ]),
}  # fmt: skip

Stage = tuple[str, str, str, bool, str, str]
"""Code, colour, meaning, whether it is the system's, English name, Russian name."""

DEAL_STAGES: Final[list[Stage]] = [
    ("NEW", "#39A8EF", "OPEN", True, "New", "Новая"),
    ("PREPARATION", "#2FC6F6", "OPEN", False, "Document preparation", "Подготовка документов"),
    ("PREPAYMENT_INVOICE", "#55D0E0", "OPEN", False, "Prepayment invoice", "Счет на предоплату"),
    ("EXECUTING", "#47E4C2", "OPEN", False, "In progress", "В работе"),
    ("FINAL_INVOICE", "#FFA900", "OPEN", False, "Final invoice", "Финальный счет"),
    ("WON", "#7BD500", "WON", True, "Deal won", "Сделка успешна"),
    ("LOSE", "#FF5752", "LOST", True, "Deal lost", "Сделка провалена"),
    ("APOLOGY", "#FF5752", "LOST", False, "Analysis of the failure", "Анализ причины провала"),
]

PIPELINES: Final[dict[str, tuple[str, str, list[Stage]]]] = {
    "DEAL": ("Sales", "Продажи", DEAL_STAGES),
    "LEAD": ("Leads", "Лиды", [
        ("NEW", "#39A8EF", "OPEN", True, "Unassigned", "Не обработан"),
        ("IN_PROCESS", "#2FC6F6", "OPEN", False, "In progress", "В работе"),
        ("PROCESSED", "#55D0E0", "OPEN", False, "Processed", "Обработан"),
        ("CONVERTED", "#7BD500", "WON", True, "Good lead", "Качественный лид"),
        ("JUNK", "#FF5752", "LOST", True, "Junk lead", "Некачественный лид"),
    ]),
    "QUOTE": ("Quotes", "Предложения", [
        ("DRAFT", "#39A8EF", "OPEN", True, "Draft", "Новое"),
        ("SENT", "#2FC6F6", "OPEN", False, "Sent to client", "Отправлено клиенту"),
        ("APPROVED", "#7BD500", "WON", True, "Approved", "Принято"),
        ("DECLAINED", "#FF5752", "LOST", True, "Declined", "Отклонено"),
        ("APOLOGY", "#FF5752", "LOST", False, "Analysis of the failure", "Анализ причины провала"),
    ]),
    "INVOICE": ("Invoices", "Счета", [
        ("N", "#39A8EF", "OPEN", True, "New", "Новый"),
        ("S", "#2FC6F6", "OPEN", False, "Sent to client", "Отправлен клиенту"),
        ("P", "#7BD500", "WON", True, "Paid", "Оплачен"),
        ("D", "#FF5752", "LOST", True, "Not paid", "Не оплачен"),
    ]),
}  # fmt: skip

TEMPLATES: Final[dict[str | None, list[Stage]]] = {
    None: DEAL_STAGES,
    "SALES": [
        ("FIRST_CONTACT", "#39A8EF", "OPEN", True, "First contact", "Первый контакт"),
        ("TERMS", "#2FC6F6", "OPEN", False, "Terms agreed", "Согласование условий"),
        ("CONTRACT", "#55D0E0", "OPEN", False, "Contract", "Заключение договора"),
        ("PAYMENT", "#47E4C2", "OPEN", False, "Payment awaited", "Ожидание оплаты"),
        ("CLOSED", "#7BD500", "WON", True, "Deal closed", "Сделка закрыта"),
        ("LOSE", "#FF5752", "LOST", True, "Deal lost", "Сделка проиграна"),
    ],
    "SUPPORT": [
        ("RECEIVED", "#39A8EF", "OPEN", True, "Request received", "Заявка получена"),
        ("ANALYSIS", "#2FC6F6", "OPEN", False, "Analysis", "Анализ"),
        ("SOLUTION", "#55D0E0", "OPEN", False, "Solution developed", "Разработка решения"),
        ("APPLIED", "#47E4C2", "OPEN", False, "Solution applied", "Решение применено"),
        (
            "SATISFIED", "#7BD500", "WON", True,
            "Customer's satisfaction confirmed", "Удовлетворенность клиента подтверждена",
        ),
        ("LOSE", "#FF5752", "LOST", True, "Not resolved", "Не решено"),
    ],
}  # fmt: skip
