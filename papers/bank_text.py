"""Words and sums as every bank takes them: the letters of SWIFT's set X, amounts with a point."""

import string
import unicodedata

LETTERS = frozenset(string.ascii_letters + string.digits + "/-?:().,'+ ")
"""What ISO 20022 files may hold at every bank."""
REPLACED = "."
"""Instead of a letter that cannot be written in these: the European Payments Council's way."""


def _pairs(words: str) -> dict[str, str]:
    """Of each word its first letter, and what is written instead: the others."""
    return {word[0]: word[1:] for word in words.split()}


CYRILLIC = _pairs("""
    аa бb вv гg дd еe жzh зz иi кk лl мm нn оo пp рr сs тt уu фf хkh цts чch шsh щshch ъie ыy ь
    эe юiu яia єie іi ґg ђd јj љlj њnj ћc џdz
""")
GREEK = _pairs("αa βv γg δd εe ζz ηi θth ιi κk λl μm νn ξx οo πp ρr σs ςs τt υy φf χch ψps ωo")
LATIN = _pairs("ßss æae øo œoe łl đd ðd þth ıi ħh ŧt ŋn əa")
SIGNS = _pairs("&+ _- ;, [( ]) {( }) \\/ \"' `' ‘' ’' ‚' “' ”' „' «' »' ‐- ‑- ‒- –- —- −-")
WRITTEN = CYRILLIC | GREEK | LATIN | SIGNS


def plain(text: str, longest: int) -> str:
    """The text in letters banks take, cut to this length; empty if it holds nothing else.

    It never begins with a sign, which banks take for a tag and spreadsheets for a formula.
    """
    written = text if LETTERS.issuperset(text) else _written(text)
    return " ".join(written.split()).lstrip("/-?:).,'+ ")[:longest].rstrip()


def _written(text: str) -> str:
    return unicodedata.normalize("NFKD", text).translate(PLAIN)


def decimal(amount_minor: int) -> str:
    """An amount of a currency with cents as files have it: 123456 → `1234.56`."""
    sign = "-" if amount_minor < 0 else ""
    units, cents = divmod(abs(amount_minor), 100)
    return f"{sign}{units}.{cents:02d}"


def _plain(letter: str) -> str:
    if letter in LETTERS:
        return letter
    found = WRITTEN.get(letter.lower())
    if found is None:
        return _without_letter(letter)
    return found if letter.lower() == letter else found.capitalize()


def _without_letter(letter: str) -> str:
    """A space for what separates, nothing for accents and invisible signs, else a full stop."""
    kind = unicodedata.category(letter)
    if letter.isspace() or kind == "Cc":
        return " "
    return "" if kind in {"Mn", "Me", "Cf"} else REPLACED


class _Plain(dict[int, str]):
    """What is written instead of each letter that came up so far."""

    def __missing__(self, code: int) -> str:
        return self.setdefault(code, _plain(chr(code)))


PLAIN = _Plain()
