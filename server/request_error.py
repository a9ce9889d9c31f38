"""What is wrong with a request as a whole, before GraphQL sees any of it."""

from collections.abc import Mapping

from schema.errors import Code


class RequestError(Exception):
    """The request itself is wrong: status, text and headers of the answer."""

    def __init__(
        self,
        status: int,
        key: str,
        code: Code = Code.BAD_USER_INPUT,
        headers: Mapping[str, str] | None = None,
        **values: object,
    ) -> None:
        super().__init__(key)
        self.status = status
        self.key = key
        self.code = code
        self.headers = headers
        self.values = values
