"""What errors say of products, their rows and currencies, in the languages of the API."""

from collections.abc import Mapping
from typing import Final

PRODUCT_MESSAGES: Final[Mapping[str, tuple[str, str]]] = {
    "not_negative": (
        "The number must not be negative.",
        "Число не может быть отрицательным.",
    ),
    "price_given_twice": (
        "The product has another price in {currency}.",
        "У товара уже есть цена в валюте {currency}.",
    ),
    "product_inactive": (
        "The product is not active.",
        "Товар неактивен.",
    ),
    "no_price": (
        "Give a price: the product has none in {currency}.",
        "Укажите цену: у товара нет цены в валюте {currency}.",
    ),
    "discount_rate_needed": (
        "A discount in percent needs its rate.",
        "Для скидки в процентах нужен её процент.",
    ),
    "discount_amount_needed": (
        "The discount needs its amount.",
        "Для скидки нужна её сумма.",
    ),
    "discount_type_needed": (
        "Say with discountType how the discount is given.",
        "Укажите вид скидки в discountType.",
    ),
    "discount_too_large": (
        "The discount is larger than the price.",
        "Скидка больше цены.",
    ),
    "amount_too_large": (
        "The amount has too many digits.",
        "В сумме слишком много цифр.",
    ),
    "amount_follows_rows": (
        "The amount follows from the product rows; set isAmountManual to give another one.",
        "Сумма складывается из товарных позиций; чтобы задать другую, укажите isAmountManual.",
    ),
    "currency_differs": (
        "The amount is given in another currency.",
        "Сумма указана в другой валюте.",
    ),
    "no_rate": (
        "There is no exchange rate for these currencies.",
        "Для этих валют не задан курс.",
    ),
    "time_to_come": (
        "The time has not come yet.",
        "Это время ещё не наступило.",
    ),
    "times_ascend": (
        "The times go up: each is at or after the one before it.",
        "Время идёт по порядку: каждое не раньше предыдущего.",
    ),
    "history_ends_elsewhere": (
        "The history of stages ends on another stage.",
        "История стадий заканчивается на другой стадии.",
    ),
    "currency_template": (
        "The template has one # for the number.",
        "В шаблоне должен быть один знак # на месте числа.",
    ),
    "base_currency_stays": (
        "The base currency stays; change the base currency first.",
        "Базовую валюту нельзя удалить; сначала смените её.",
    ),
    "amounts_in_currency": (
        "{count} amounts are in it, the recycle bin included.",
        "В этой валюте есть суммы, считая корзину: {count}.",
    ),
    "base_already": (
        "It is the base currency already.",
        "Это уже базовая валюта.",
    ),
    "no_rate_of_day": (
        "There is no rate of that day.",
        "На этот день курса нет.",
    ),
    "rate_has_no_room": (
        "The rate of {currency} would be too large or too small in that currency.",
        "Курс валюты {currency} стал бы слишком большим или слишком малым.",
    ),
    "currency_work_going_on": (
        "Base amounts are being worked out; try again when that is done.",
        "Суммы в базовой валюте пересчитываются; повторите, когда это закончится.",
    ),
}
