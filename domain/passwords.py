"""What a new password has to be: long, and nothing that is tried first (NIST SP 800-63B)."""

from typing import Final

MIN_LENGTH: Final = 8
MAX_LENGTH: Final = 200
_FEWEST_LETTERS: Final = 4
_SHORTEST_WORD: Final = 4

# Of those that published lists of leaked passwords begin with, the ones that are long enough.
_LISTED: Final = """
    00000000 1234567890 123123123 12341234 12345678 123456789 1234567891 12345678910 12344321
    11111111 111111111 1q2w3e4r 1q2w3e4r5t 1qaz2wsx 1qazxsw2 147258369 31415926 55555555 66666666
    77777777 87654321 88888888 987654321 9876543210 99999999 a1234567 a1b2c3d4 aa123456 aa12345678
    abc12345 abcd1234 abcdefgh abcdefg1 access14 adminadmin administrator asdfasdf asdfghjk
    asdfghjkl asdf1234 baseball basketball charlie1 chocolate christmas computer corvette
    danielle december diamond1 dragon123 einstein elephant evangelion february firebird football
    football1 gfhjkmgfhjkm godzilla hello123 hellohello iloveyou iloveyou1 internet january1
    jennifer justin123 kingkong letmein1 letmein123 liverpool liverpool1 manchester marlboro
    master123 maverick michael1 michelle mercedes midnight monkey123 mustang1 ngockhoa nicholas
    november p@ssw0rd p@ssword pa55word pa55w0rd pakistan passw0rd passwort password password1
    password12 password123 password1234 password! password1! pokemon1 princess princess1 qazwsxedc
    qwerqwer qwert123 qwerty12 qwerty123 qwerty1234 qwerty12345 qwertyqwerty qwertyui qwertyuiop
    qwe12345 qweasdzxc q1w2e3r4 q1w2e3r4t5 rfhnjirf samantha security sebastian september
    shadow12 sunshine sunshine1 superman superman1 starwars testtest test1234 trustno1 user1234
    victoria welcome1 welcome123 whatever william1 xxxxxxxx yfnfif123 zaq12wsx zxcvbnm1 zxcvbnm123
    zxcvzxcv йцукенгш йцукенгшщз любимая1 пароль12 пароль123 приветик наташа123
"""
_COMMON: Final = frozenset(_LISTED.split())


def password_problem(password: str | None, email: str = "") -> str | None:
    """Give the key of the message that says what is wrong with a new password, or None.

    `email` is that of the person, who may not use it.
    """
    if password is None or not MIN_LENGTH <= len(password) <= MAX_LENGTH or "\x00" in password:
        return "password_length"
    folded = password.casefold()
    if folded in _COMMON or len(set(folded)) < _FEWEST_LETTERS:
        return "password_common"
    name = email.casefold().partition("@")[0]
    rest = folded.replace(email.casefold(), "").replace(name, "") if name else folded
    if len(name) >= _SHORTEST_WORD and name in folded and len(rest) < _SHORTEST_WORD:
        return "password_of_email"
    return None
