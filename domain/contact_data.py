"""Contact data in a public text: pointed out to whoever writes it, and never a refusal."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from domain.contact_numbers import numbers


class ContactKind(StrEnum):
    """By what somebody could be reached past the platform."""

    EMAIL = "email"
    MESSENGER = "messenger"
    PHONE = "phone"


@dataclass(frozen=True)
class ContactData:
    """What looks like it, and where it stands in the text."""

    kind: ContactKind
    text: str
    start: int
    end: int


@lru_cache(maxsize=512)
def contact_data(text: str) -> list[ContactData]:
    """All of it in its order; what is part of another, once. It takes time by the text's length."""
    read, places = _as_read(text)
    found: list[ContactData] = []
    taken = bytearray(len(read))
    for kind, start, end in _spans(read):
        if any(taken[start:end]):
            continue
        taken[start:end] = b"\1" * (end - start)
        first, last = places[start], places[end - 1] + 1
        found.append(ContactData(kind, text[first:last], first, last))
    return sorted(found, key=lambda one: one.start)


ZERO_WIDTH = frozenset("\u00ad\u200b\u200c\u200d\u2060\ufeff")
"""What nobody sees, and programs stumble over."""


def _as_read(text: str) -> tuple[str, Sequence[int]]:
    """The text as people read it, letter by letter, and where each letter stands."""
    read, places = [], []
    for n, letter in enumerate(text):
        if letter in ZERO_WIDTH:
            continue
        usual = unicodedata.normalize("NFKC", letter)
        read.append(usual if len(usual) == 1 else letter)
        places.append(n)
    return "".join(read), places


def _spans(read: str) -> Iterator[tuple[ContactKind, int, int]]:
    """The surest first: a telephone number in a link is the link."""
    for pattern in (_MAILTO, _ADDRESS, _BRACKETED, _SPOKEN, _SPELLED):
        for match in pattern.finditer(read):
            if match["end"].lower() not in NO_DOMAIN:
                yield ContactKind.EMAIL, match.start(), match.end()
    for pattern in (_LINK, _SCHEME, _NAMED, _MINE, _MENTIONED, _TAGGED):
        for match in pattern.finditer(read):
            yield ContactKind.MESSENGER, match.start("it"), match.end("it")
    for start, end in numbers(read):
        yield ContactKind.PHONE, start, end


_I = re.IGNORECASE
NO_DOMAIN = frozenset(
    {"png", "jpg", "jpeg", "gif", "svg", "webp", "pdf", "psd", "ai", "eps", "css", "js", "html",
     "tiff", "mp3", "mp4", "wav", "zip", "doc", "docx", "xls", "xlsx", "ttf", "otf"}
)  # fmt: skip
"""How files end: `icon@2x.png` is no address."""
_SURE_ENDS = (
    r"com|net|org|info|biz|io|co|dev|app|eu|uk|de|ch|fr|es|nl|pl|pt|se|dk|fi|cz|gr|ro|hu|ie|ru|ua"
    r"|tr|pk|bd|cn|jp|kr|tw|hk|sg|ph|vn|th|au|nz|ca|br|mx|ar|cl|za|ng|ke|eg|il|ae|sa"
)
_ENDS = rf"(?P<end>{_SURE_ENDS}|me|us|at|it|be|no|in|my|id|by|ma)\b"
"""Of some addresses the end is a word too."""
_NAME = r"(?<![\w.+-])[\w.+-]{1,64}"
_LABEL = r"[^\W_](?:[\w-]{0,62})"
_OPEN, _SHUT = r"[\[({<*_]{1,2}", r"[\])}>*_]{1,2}"

_MAILTO = re.compile(rf"mailto:[\w.+%-]{{1,64}}@{_LABEL}\.(?P<end>\w{{2,24}})", _I)
_ADDRESS = re.compile(
    rf"{_NAME} ?@ ?{_LABEL}(?: ?\. ?{_LABEL}){{0,4}} ?\. ?(?P<end>[^\W\d_]{{2,24}})\b(?! ?@)"
)
_DOT = rf"(?: {{0,2}}(?:\.|{_OPEN} ?(?:dot|\.) ?{_SHUT}) {{0,2}}| dot )"
_BRACKETED = re.compile(
    rf"{_NAME} {{0,2}}{_OPEN} ?(?:at|@) ?{_SHUT} {{0,2}}{_LABEL}"
    rf"(?:{_DOT}{_LABEL}){{0,3}}{_DOT}{_ENDS}",
    _I,
)
"""`name (at) host.com`, `name [at] host [dot] com`."""
_SPOKEN = re.compile(
    rf"{_NAME} (?:at|@) {_LABEL}(?: dot {_LABEL}){{0,3}} dot (?P<end>{_SURE_ENDS})\b", _I
)
"""`name at host dot com`; with a full stop it is somebody who is met at a site."""
_SPELLED = re.compile(
    r"(?<!\w)(?:[\w.-] ){3,40}(?:@|at|\(at\)) (?:[\w-] ){2,40}(?:\.|dot) "
    r"(?P<end>(?:\w ?){2,6})(?!\w)",
    _I,
)
"""`a n n a @ m a i l . c o m`."""

_MESSENGERS = (
    r"(?:telegram|tg|whats ?app|we ?chat|weixin|skype|viber|signal|discord|snapchat|instagram|insta"
    r"|ig|facebook|fb|messenger|line|kakao ?talk|threema|qq|icq|linkedin|zalo)"
)
_HANDLE = r"[A-Za-z][\w.:-]{2,40}(?<![.:-])"
_TELLING_HANDLE = rf"(?=[\w.:-]{{0,40}}[\d_.]\w){_HANDLE}"
"""A name that nobody takes for a word: it has a digit, a point or an underscore in it."""
_SAID = "(?:" + "|".join(f"(?<={it})" for it in (*":=", ": ", "= ", "id ", "name ", "is ")) + ")"
"""What makes a name of the word that follows."""
_LINK = re.compile(
    r"(?<![\w.-])(?P<it>(?:https?://)?(?:www\.)?"
    r"(?:t\.me|telegram\.me|wa\.me|(?:api|chat)\.whatsapp\.com"
    r"|m\.me|discord\.gg|discord(?:app)?\.com/(?:invite|users)|join\.skype\.com|signal\.me"
    r"|line\.me|viber\.com|snapchat\.com/add|instagram\.com|facebook\.com|fb\.com|fb\.me"
    r"|linkedin\.com/in|vk\.com|zalo\.me)/[^\s<>\"')\]]{1,200}(?<![.,;:!?]))",
    _I,
)
_SCHEME = re.compile(
    r"\b(?P<it>(?:(?:tg|whatsapp|viber|weixin|line|sgnl)://|(?:skype|facetime):(?://)?)"
    r"[\w+][\w+./?=&%:-]{3,200}(?<![.,;:!?]))",
    re.ASCII,
)
_NAMED = re.compile(
    rf"\b(?P<it>{_MESSENGERS}"
    r"(?: (?:id|handle|username|user ?name|nick|name|account|contact|is)){0,3}"
    r" {0,2}(?:[:=-] {0,2})?"
    rf"(?:@{_HANDLE}|{_SAID}{_TELLING_HANDLE}))",
    _I,
)
"""`Telegram: @anna`, `WeChat ID anna_88`, `skype is live:anna.k`."""
_MINE = re.compile(
    r"\b(?:my|add me (?:on|in)"
    r"|(?:find|reach|contact|message|write|ping|dm|text) me (?:on|in|via|at))"
    rf" (?!line|signal|messenger)(?P<it>{_MESSENGERS}"
    r"(?: (?:id|handle|username|name|nick|account))?"
    rf"(?: is |: ?| ?= ?| ?- ?){_HANDLE})",
    _I,
)
"""`my telegram is annak`, `add me on Skype: annak`."""
_MENTIONED = re.compile(
    rf"(?<!\w)(?P<it>@{_HANDLE} ?[(,]? ?(?:(?:on|in|at|via|my) ){{0,2}}{_MESSENGERS})\b", _I
)
"""`@anna_k on Instagram`."""
_TAGGED = re.compile(r"\bdiscord\b[^\n#]{0,40}?\b(?P<it>[\w.]{2,32}#\d{4})\b", _I)
