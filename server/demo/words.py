"""What the demonstration's people, companies and deals are called, in Russian and in English.

Names of people, cities and streets are mimesis's; companies are put together from parts, so that
there are as many as asked for and none is a real one.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Final

from server.demo.dice import Dice

_POOL: Final = 400
_LATIN: Final = str.maketrans(
    {
        "а": "a", "б": "b", "в": "v", "г": "g", "д": "d", "е": "e", "ё": "e", "ж": "zh", "з": "z",
        "и": "i", "й": "y", "к": "k", "л": "l", "м": "m", "н": "n", "о": "o", "п": "p", "р": "r",
        "с": "s", "т": "t", "у": "u", "ф": "f", "х": "kh", "ц": "ts", "ч": "ch", "ш": "sh",
        "щ": "sch", "ъ": "", "ы": "y", "ь": "", "э": "e", "ю": "yu", "я": "ya",
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Phrases:
    """The texts of one language that are written by hand."""

    firsts: tuple[tuple[str, ...], tuple[str, ...]]
    """Given names that are common nowadays, of men and of women; mimesis's are often rare ones."""
    lasts: tuple[tuple[str, ...], tuple[str, ...]]
    """Common family names, likewise."""
    forms: tuple[str, ...]
    """Legal forms of companies."""
    starts: tuple[str, ...]
    ends: tuple[str, ...]
    tails: tuple[str, ...]
    sales: tuple[str, ...]
    """What is sold; the beginning of a deal's title."""
    requests: tuple[str, ...]
    """What customers ask the service for."""
    enquiries: tuple[str, ...]
    """The beginning of a lead's title."""
    order: str
    loss_reasons: tuple[str, ...]
    comments: tuple[str, ...]
    job_titles: tuple[str, ...]
    departments: tuple[str, ...]
    """Head office, sales, key accounts, small business, marketing, service."""
    staff_titles: tuple[str, ...]
    """Of the heads in the order of the departments, then of sellers, marketers and service."""
    pipeline: str
    country: str


RUSSIAN: Final = Phrases(
    firsts=(
        ("Александр", "Алексей", "Андрей", "Антон", "Артём", "Борис", "Вадим", "Василий", "Виктор",
         "Владимир", "Дмитрий", "Евгений", "Егор", "Иван", "Игорь", "Илья", "Кирилл", "Константин",
         "Максим", "Михаил", "Никита", "Николай", "Олег", "Павел", "Роман", "Сергей", "Степан",
         "Тимур", "Юрий"),
        ("Алина", "Анастасия", "Анна", "Валентина", "Вера", "Виктория", "Галина", "Дарья",
         "Евгения", "Екатерина", "Елена", "Ирина", "Ксения", "Лариса", "Людмила", "Марина",
         "Мария", "Надежда", "Наталья", "Оксана", "Ольга", "Полина", "Светлана", "Софья",
         "Татьяна", "Юлия"),
    ),
    lasts=(
        ("Иванов", "Смирнов", "Кузнецов", "Попов", "Васильев", "Петров", "Соколов", "Михайлов",
         "Новиков", "Фёдоров", "Морозов", "Волков", "Алексеев", "Лебедев", "Семёнов", "Егоров",
         "Павлов", "Козлов", "Степанов", "Николаев", "Орлов", "Андреев", "Макаров", "Никитин",
         "Захаров", "Зайцев", "Соловьёв", "Борисов", "Яковлев", "Григорьев", "Романов", "Воробьёв"),
        ("Иванова", "Смирнова", "Кузнецова", "Попова", "Васильева", "Петрова", "Соколова",
         "Михайлова", "Новикова", "Фёдорова", "Морозова", "Волкова", "Алексеева", "Лебедева",
         "Семёнова", "Егорова", "Павлова", "Козлова", "Степанова", "Николаева", "Орлова",
         "Андреева", "Макарова", "Никитина", "Захарова", "Зайцева", "Соловьёва", "Борисова",
         "Яковлева", "Григорьева", "Романова", "Воробьёва"),
    ),
    forms=("ООО", "ООО", "ООО", "АО", "ООО ПКФ", "ООО ТД"),
    starts=("Альфа", "Алтай", "Арсенал", "Балт", "Бизнес", "Вектор", "Верх", "Волга", "Восток",
            "Гранд", "Дельта", "Дон", "Евро", "Енисей", "Запад", "Импульс", "Интер", "Кама",
            "Каскад", "Квант", "Контур", "Лада", "Мега", "Меридиан", "Металл", "Мир", "Мост",
            "Нева", "Норд", "Ока", "Омега", "Орион", "Парус", "Полюс", "Прима", "Пром", "Регион",
            "Рос", "Сатурн", "Север", "Сибирь", "Сириус", "Спектр", "Стандарт", "Строй", "Темп",
            "Тера", "Техно", "Транс", "Тур", "Урал", "Фаворит", "Форум", "Центр", "Эверест", "Эко",
            "Электро", "Энерго", "Юг", "Юнион"),
    ends=("агро", "альянс", "автоматика", "охрана", "бетон", "дизайн", "импорт", "инвест",
          "инжиниринг", "кабель", "климат", "комплект", "консалт", "контракт", "логистика", "лес",
          "маркет", "мебель", "мед", "монтаж", "оптторг", "пак", "пласт", "поставка", "прибор",
          "продукт", "проект", "ремонт", "ресурс", "свет", "связь", "сервис", "система",
          "снаб", "софт", "сталь", "строй", "текстиль", "тех", "торг", "транзит", "упаковка",
          "фарм", "финанс", "хим", "холод", "экспо", "экспорт", "электроника"),
    tails=("", "", "", "", "", " Плюс", " Групп", " Юг", " Центр", " 2000", "-М", "-НН", " Трейд"),
    sales=("Поставка серверного оборудования", "Внедрение CRM", "Годовая лицензия", "Монтаж СКУД",
           "Разработка сайта", "Аудит информационной безопасности", "Поставка офисной мебели",
           "Техническое обслуживание", "Обучение сотрудников", "Аренда техники", "Интеграция с 1С",
           "Перенос данных", "Поставка расходных материалов", "Модернизация склада",
           "Система видеонаблюдения", "Проектирование сети", "Облачное хранилище",
           "Разработка мобильного приложения", "Рекламная кампания", "Упаковочная линия",
           "Климатическое оборудование", "Печатная продукция", "Корпоративное питание",
           "Логистика и доставка", "Вывоз и утилизация", "Продление договора", "Пилотный проект",
           "Расширение парка оборудования", "Консалтинг", "Ремонт офиса", "Поставка кабеля",
           "Электромонтажные работы", "Страхование грузов", "Подбор персонала", "Колл-центр",
           "Резервное копирование", "Кассовое оборудование", "Освещение цеха", "Спецодежда",
           "Вентиляция"),
    requests=("Не печатает принтер", "Нет доступа к личному кабинету", "Замена по гарантии",
              "Ошибка в счёте", "Вопрос по договору", "Повторная настройка", "Не приходит почта",
              "Просьба о выезде инженера", "Обновление версии", "Нужен акт сверки",
              "Сбой обмена с 1С", "Плановое обслуживание", "Возврат товара", "Жалоба на доставку"),
    enquiries=("Заявка с сайта", "Входящий звонок", "Запрос цены", "Просят перезвонить",
               "Знакомство на выставке", "Заявка на расчёт", "Вопрос о наличии",
               "Запрос презентации"),
    order="заказ № {}",
    loss_reasons=("Слишком дорого", "Выбрали конкурента", "Нет бюджета", "Отложили на год",
                  "Перестали отвечать", "Не подошли сроки", "Сделают своими силами",
                  "Не прошли согласование"),
    comments=("Просили прислать коммерческое предложение до пятницы.",
              "Решение принимает генеральный директор, нужен звонок после планёрки.",
              "Сравнивают нас с двумя поставщиками, главное для них — срок.",
              "Договорились о встрече в офисе клиента, взять образцы.",
              "Готовы к пилоту на одном подразделении, бюджет согласован.",
              "Юристы прислали правки к договору: оплата в течение 30 дней.",
              "Клиент доволен прошлой поставкой, ждёт скидку за объём.",
              "Перезвонить после отпуска, контакт вернётся в начале месяца.",
              "Нужны закрывающие документы в ЭДО.",
              "Интересует рассрочка; отправил условия на почту."),
    job_titles=("Генеральный директор", "Коммерческий директор", "Директор по закупкам",
                "Менеджер по закупкам", "Главный бухгалтер", "Финансовый директор", "ИТ-директор",
                "Системный администратор", "Руководитель проектов", "Главный инженер",
                "Офис-менеджер", "Начальник склада", "Маркетолог", "Технический директор",
                "Инженер", "Логист", "Юрист", "Собственник"),
    departments=("Головной офис", "Отдел продаж", "Ключевые клиенты", "Малый бизнес", "Маркетинг",
                 "Служба сервиса"),
    staff_titles=("Генеральный директор", "Руководитель отдела продаж",
                  "Руководитель группы ключевых клиентов", "Руководитель группы малого бизнеса",
                  "Руководитель маркетинга", "Руководитель сервиса", "Менеджер по продажам",
                  "Маркетолог", "Инженер поддержки"),
    pipeline="Сервис",
    country="Россия",
)  # fmt: skip

ENGLISH: Final = Phrases(
    firsts=(
        ("James", "Robert", "John", "Michael", "David", "William", "Richard", "Joseph", "Thomas",
         "Christopher", "Daniel", "Matthew", "Anthony", "Mark", "Steven", "Andrew", "Paul",
         "Joshua", "Kenneth", "Kevin", "Brian", "Timothy", "Ronald", "Jason", "Edward", "Ryan",
         "Jacob", "Eric"),
        ("Mary", "Patricia", "Jennifer", "Linda", "Elizabeth", "Barbara", "Susan", "Jessica",
         "Karen", "Sarah", "Lisa", "Nancy", "Sandra", "Ashley", "Emily", "Kimberly", "Donna",
         "Michelle", "Carol", "Amanda", "Melissa", "Deborah", "Stephanie", "Rebecca", "Laura",
         "Helen", "Amy", "Rachel"),
    ),
    lasts=(
        ("Smith", "Johnson", "Williams", "Brown", "Jones", "Garcia", "Miller", "Davis",
         "Rodriguez", "Martinez", "Anderson", "Taylor", "Thomas", "Moore", "Jackson", "Martin",
         "Lee", "Thompson", "White", "Harris", "Clark", "Lewis", "Robinson", "Walker", "Young",
         "Allen", "King", "Wright", "Scott", "Hill", "Green", "Adams", "Nelson", "Baker", "Hall",
         "Campbell", "Mitchell", "Carter"),
        ("Smith", "Johnson", "Williams", "Brown", "Jones", "Garcia", "Miller", "Davis",
         "Rodriguez", "Martinez", "Anderson", "Taylor", "Thomas", "Moore", "Jackson", "Martin",
         "Lee", "Thompson", "White", "Harris", "Clark", "Lewis", "Robinson", "Walker", "Young",
         "Allen", "King", "Wright", "Scott", "Hill", "Green", "Adams", "Nelson", "Baker", "Hall",
         "Campbell", "Mitchell", "Carter"),
    ),
    forms=("LLC", "LLC", "Inc.", "Inc.", "Ltd.", "Corp.", "Co.", "Group"),
    starts=("Acorn", "Alder", "Amber", "Anchor", "Apex", "Arrow", "Aspen", "Atlas", "Aurora",
            "Beacon", "Birch", "Bluebird", "Bridge", "Bright", "Canyon", "Cedar", "Clear", "Cobalt",
            "Copper", "Crest", "Crown", "Delta", "Eagle", "Echo", "Ember", "Evergreen", "Falcon",
            "Fern", "Forge", "Granite", "Harbor", "Hazel", "Highland", "Horizon", "Iron", "Juniper",
            "Keystone", "Lake", "Lantern", "Liberty", "Maple", "Meadow", "Metro", "Mill", "North",
            "Oak", "Orchard", "Pacific", "Pine", "Pioneer", "Prairie", "Quarry", "River", "Silver",
            "Stone", "Summit", "Timber", "Union", "Valley", "Willow"),
    ends=("Analytics", "Automation", "Bakery", "Biotech", "Brands", "Builders", "Capital",
          "Chemicals", "Clinics", "Construction", "Consulting", "Controls", "Dairy", "Design",
          "Diagnostics", "Electric", "Electronics", "Energy", "Engineering", "Equipment",
          "Exports", "Farms", "Finance", "Foods", "Freight", "Furniture", "Glass", "Health",
          "Hospitality", "Instruments", "Insurance", "Interiors", "Labs", "Lighting", "Logistics",
          "Machinery", "Marine", "Media", "Metals", "Motors", "Networks", "Packaging", "Paper",
          "Partners", "Plastics", "Printing", "Robotics", "Software", "Supply", "Textiles"),
    tails=("field", "wood", "ridge", "point", "brook", "side", "gate", "view", "", "", "", "", ""),
    sales=("Server hardware", "CRM rollout", "Annual licence", "Access control installation",
           "Website redesign", "Security audit", "Office furniture", "Maintenance contract",
           "Staff training", "Equipment rental", "ERP integration", "Data migration",
           "Consumables supply", "Warehouse upgrade", "Video surveillance", "Network design",
           "Cloud storage", "Mobile app", "Advertising campaign", "Packaging line",
           "Air conditioning", "Printed materials", "Catering", "Freight and delivery",
           "Waste removal", "Contract renewal", "Pilot project", "Fleet extension", "Consulting",
           "Office refurbishment", "Cabling", "Electrical works", "Cargo insurance", "Recruitment",
           "Call centre", "Backup service", "Point-of-sale terminals", "Shop-floor lighting",
           "Workwear", "Ventilation"),
    requests=("Printer does not print", "Cannot sign in", "Warranty replacement",
              "Wrong amount on the invoice", "Question about the contract", "Set up again",
              "No e-mail arrives", "Engineer on site", "Upgrade to the new version",
              "Statement of account", "Data exchange fails", "Scheduled service", "Return of goods",
              "Complaint about delivery"),
    enquiries=("Website form", "Incoming call", "Price enquiry", "Call back", "Met at a trade show",
               "Estimate requested", "Availability question", "Asked for a demo"),
    order="order {}",
    loss_reasons=("Too expensive", "Chose a competitor", "No budget", "Postponed for a year",
                  "Stopped answering", "Could not meet the date", "Will do it in-house",
                  "Not approved by management"),
    comments=("Asked for a proposal by Friday.",
              "The CEO decides; call after the board meeting.",
              "They compare us with two other suppliers, delivery time matters most.",
              "Meeting at the customer's office agreed, bring samples.",
              "Ready for a pilot in one branch, the budget is approved.",
              "Legal sent changes to the contract: payment within 30 days.",
              "Happy with the last delivery, expects a volume discount.",
              "Call again after the holidays, the contact is back early next month.",
              "Needs the closing documents electronically.",
              "Interested in paying by instalments; terms sent by e-mail."),
    job_titles=("Chief Executive Officer", "Chief Commercial Officer", "Head of Procurement",
                "Buyer", "Chief Accountant", "Chief Financial Officer", "IT Director",
                "System Administrator", "Project Manager", "Chief Engineer", "Office Manager",
                "Warehouse Manager", "Marketing Manager", "Chief Technology Officer", "Engineer",
                "Logistics Manager", "Lawyer", "Owner"),
    departments=("Head office", "Sales", "Key accounts", "Small business", "Marketing",
                 "Customer service"),
    staff_titles=("Chief Executive Officer", "Head of Sales", "Head of Key Accounts",
                  "Head of Small Business", "Head of Marketing", "Head of Customer Service",
                  "Account Manager", "Marketing Specialist", "Support Engineer"),
    pipeline="Customer service",
    country="USA",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class FullName:
    """The name of a person; `middle` is empty where the language has no patronymics."""

    first: str
    middle: str | None
    last: str
    is_female: bool

    @property
    def latin(self) -> str:
        """The name as the left side of an e-mail address."""
        return latin(f"{self.first}.{self.last}")


def latin(text: str) -> str:
    """Write a text with the letters of e-mail and web addresses."""
    kept = text.lower().translate(_LATIN)
    return "".join(each for each in kept if each == "." or (each.isascii() and each.isalnum()))


class Words:
    """All words of one language."""

    def __init__(self, locale: str, seed: int) -> None:
        """Collect the names of a language (ru or en)."""
        self.locale = locale
        self.phrases = RUSSIAN if locale == "ru" else ENGLISH
        # Every command loads this module, and only one of them needs these 0.1 s.
        import mimesis  # noqa: PLC0415 - see above

        language = mimesis.Locale(locale)
        person = mimesis.Person(language, seed=seed)
        address = mimesis.Address(language, seed=seed)
        sexes = (mimesis.Gender.MALE, mimesis.Gender.FEMALE)
        self._firsts = [_pool(partial(person.first_name, sex)) for sex in sexes]
        self._lasts = [_pool(partial(person.last_name, sex)) for sex in sexes]
        self._middles = [_pool(partial(person.patronymic, sex)) for sex in sexes]
        self.cities = _pool(address.city)
        self.streets = _pool(address.street_name)

    def person(self, dice: Dice) -> FullName:
        """Name a person."""
        sex = dice.below(2)
        middles = self._middles[sex]
        return FullName(
            dice.pick(self.phrases.firsts[sex] if dice.chance(80) else self._firsts[sex]),
            dice.pick(middles) if middles else None,
            dice.pick(self.phrases.lasts[sex] if dice.chance(30) else self._lasts[sex]),
            is_female=bool(sex),
        )

    def company(self, dice: Dice) -> str:
        """Name a company."""
        phrases = self.phrases
        form, own = dice.pick(phrases.forms), dice.below(10) == 0
        start, end = dice.pick(phrases.starts), dice.pick(phrases.ends)
        tail, surname = dice.pick(phrases.tails), dice.pick(self._lasts[0])
        if self.locale == "ru":
            return f"ИП {surname}" if own else f"{form} «{start}{end}{tail}»"
        return f"{surname if own else start + tail} {end} {form}"

    def phone(self, dice: Dice) -> str:
        """Make up a phone number (E.164) that belongs to nobody."""
        number = dice.below(10_000_000)
        if self.locale == "ru":
            # Russia gives the codes 943 to 948 to no operator.
            return f"+7{943 + number % 6}{number:07d}"
        # 555 is kept free of subscribers in all area codes but for a few services.
        return f"+1{201 + number // 10_000 % 700}555{number % 10_000:04d}"


def _pool(make: Callable[[], str | None]) -> list[str]:
    # In the order of their making, which the seed fixes; a set's order would change between runs.
    return [name for name in dict.fromkeys(make() for _ in range(_POOL)) if name is not None]
