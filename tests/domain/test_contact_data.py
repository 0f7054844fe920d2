"""Contact data in public texts is pointed out; what only looks like it is left alone."""

import time
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.pointed_out import pointed_out
from domain.contact_data import ContactKind, contact_data

FOUND = """
    email     | Write to anna@mail.example.com please          | anna@mail.example.com
    email     | anna.k+work@host.co.uk, thanks                 | anna.k+work@host.co.uk
    email     | Анна: анна@пример.рф                           | анна@пример.рф
    email     | ANNA@GMAIL.COM                                 | ANNA@GMAIL.COM
    email     | anna @ gmail . com                             | anna @ gmail . com
    email     | anna at gmail dot com                          | anna at gmail dot com
    email     | reach anna.k AT host DOT co DOT uk             | anna.k AT host DOT co DOT uk
    email     | anna (at) gmail.com                            | anna (at) gmail.com
    email     | anna[at]gmail[dot]com                          | anna[at]gmail[dot]com
    email     | anna {at} gmail {dot} com                      | anna {at} gmail {dot} com
    email     | anna(@)gmail(.)com                             | anna(@)gmail(.)com
    email     | a n n a @ g m a i l . c o m                    | a n n a @ g m a i l . c o m
    email     | mailto:anna@x.org                              | mailto:anna@x.org
    email     | an\u200bna@gm\u200bail.com                     | an\u200bna@gm\u200bail.com
    phone     | +1 555 123 4567                                | +1 555 123 4567
    phone     | +49 170 1234567, evenings                      | +49 170 1234567
    phone     | (+44) 20 7946 0958 is mine                     | (+44) 20 7946 0958
    phone     | 0049-170-1234567                               | 0049-170-1234567
    phone     | (555) 123-4567                                 | (555) 123-4567
    phone     | 555-123-4567                                   | 555-123-4567
    phone     | 1-800-555-0199                                 | 1-800-555-0199
    phone     | 555.123.4567                                   | 555.123.4567
    phone     | call me: 5551234567                            | 5551234567
    phone     | phone 0170/1234567                             | 0170/1234567
    phone     | My mobile is 555 123 456                       | 555 123 456
    phone     | text me at 555 1234 now                        | 555 1234
    phone     | 5 5 5 1 2 3 4 5 6 8                            | 5 5 5 1 2 3 4 5 6 8
    phone     | 5-5-5-1-2-3-4-5-6-8                            | 5-5-5-1-2-3-4-5-6-8
    phone     | five five five one two three four              | five five five one two three four
    phone     | nine, oh, two, five, five, one, six            | nine, oh, two, five, five, one, six
    messenger | https://t.me/annak_works                       | https://t.me/annak_works
    messenger | wa.me/15551234567                              | wa.me/15551234567
    messenger | Join discord.gg/abc123!                        | discord.gg/abc123
    messenger | see www.instagram.com/anna.k                   | www.instagram.com/anna.k
    messenger | tg://resolve?domain=annak                      | tg://resolve?domain=annak
    messenger | skype:anna?chat                                | skype:anna?chat
    messenger | Telegram: @annak                               | Telegram: @annak
    messenger | telegram @annak                                | telegram @annak
    messenger | WeChat ID anna_88                              | WeChat ID anna_88
    messenger | skype: live:anna.k7                            | skype: live:anna.k7
    messenger | my telegram is annak                           | telegram is annak
    messenger | add me on Skype: annak                         | Skype: annak
    messenger | @anna_k on Instagram                           | @anna_k on Instagram
    messenger | I am on Discord as anna#1234                   | anna#1234
"""
LEFT_ALONE = """
    A budget of 1,250.00 USD, at most 2,000.00
    Between 10 000 000 and 25 000 000 views
    We sold 5000000 of them
    Founded in 1998, redone 2019-2024
    2015 2016 2017 2018 2019
    Due on 2026-11-27 or 27.11.2026
    ISBN 978-3-16-148410-0
    ISBN 3-16-148410-0
    978 3 16 148410 0 is the book
    1920 x 1080 px at 300 dpi
    Sizes 1024 2048 4096 8192 px
    mobile 1080 1920 px
    Mobile app, 2019-2024
    icon@2x.png and icon@3x.png
    logo.final.v2.psd, brief.pdf
    3 at 5
    Let us meet at 5 or at 6
    10 logos @ 5.00 each
    look at the dot in the middle
    The server is 192.168.100.200
    Version 1.2.3.4567
    Order 1234567890
    invoice no 2026-000-1234567
    1 2 3 4 5 6 7 8 9
    one two three four five six seven eight
    zero zero zero zero zero zero zero
    Use @media and @font-face
    Design a Telegram sticker pack
    Instagram story_1.png and Facebook cover_2.png
    Line item_3 of the list
    A bot for Telegram v2.0
    my line is thick and my signal is weak
    whatsapp:stickers, line:height
    smart.me/pricing and team.me/about
    The signal is weak, and the line is thin
    Posts for Instagram and Facebook
    A WhatsApp-like chat, in line with iOS
    Signal processing in C#
    our site is https://example.com/about
    I worked at Gmail and at Yahoo
    The IBAN DE89 3704 0044 0532 0130 00
    call 10 000 000 customers
    Write 1200 to 1500 words
    Colours #1A1F2B and #5B6472
    Coordinates 52.520008, 13.404954
    a ratio of 16:9, 4:3 or 1:1
    from 9:00 to 17:30, Mon-Fri
    $5000000 in 24 months
    99.99999999 % uptime
"""


def rows(table: str) -> list[list[str]]:
    """The lines of a table, each as its cells; what is written as an escape is that letter."""
    lines = [line.strip() for line in table.splitlines() if line.strip()]
    return [[cell.strip() for cell in line.split("|")] for line in lines]


@pytest.mark.parametrize(("kind", "text", "found"), rows(FOUND))
def test_contact_data_is_found_where_it_stands(kind: str, text: str, found: str) -> None:
    """Each by its kind, to the letter, also in simple disguises."""
    [one] = contact_data(text)
    assert (one.kind, one.text) == (ContactKind(kind), found)
    assert text[one.start : one.end] == one.text


@pytest.mark.parametrize("text", [row[0] for row in rows(LEFT_ALONE)])
def test_what_only_looks_like_it_is_left_alone(text: str) -> None:
    """Prices, years, books, sizes, files, and talk about messengers."""
    assert contact_data(text) == []


def test_a_text_with_much_of_it_names_each_once() -> None:
    """In its order; a number within a link is the link."""
    text = "a@x.org or wa.me/15551234567,\nor call +1 555 123 4567; never b at y dot com."
    found = contact_data(text)
    assert [(one.kind.value, one.text) for one in found] == [
        ("email", "a@x.org"),
        ("messenger", "wa.me/15551234567"),
        ("phone", "+1 555 123 4567"),
        ("email", "b at y dot com"),
    ]


def test_an_answer_says_in_which_field_it_stands() -> None:
    """What was left out has none."""
    found = pointed_out(title="A logo", summary="mail a@x.org", brief=None, tags=["x", "b@x.org"])
    assert [one.model_dump() for one in found] == [
        {"field": "summary", "kind": "email", "text": "a@x.org", "start": 5, "end": 12},
        {"field": "tags/1", "kind": "email", "text": "b@x.org", "start": 0, "end": 7},
    ]


@pytest.mark.parametrize("text", ["anna@gmail.com", "+1 555 123 4567"])
def test_wide_letters_are_letters(text: str) -> None:
    """Whoever types with an eastern keyboard writes them, and whoever hides."""
    wide = "".join(chr(ord(letter) + 0xFEE0) if letter > " " else letter for letter in text)
    assert [one.text for one in contact_data(f"x {wide} y")] == [wide]


@given(st.text(max_size=400))
def test_any_text_is_read(text: str) -> None:
    """What is found stands there, in order, and nowhere twice."""
    found = contact_data(text)
    assert all(text[one.start : one.end] == one.text for one in found)
    assert all(a.end <= b.start for a, b in pairwise(found))


@pytest.mark.parametrize(
    "part", ["a", "a.", "a@", "1 ", "1", "a ", "@a.", "one ", "t.me/", "+1 ", "my telegram ", "(",
             "a at b dot ", "a(at)", "discord ", "telegram id ", "a @ ", "call 1", "1.", "ﷺ"]
)  # fmt: skip
def test_no_text_takes_long(part: str) -> None:
    """However somebody tries: twenty thousand letters are read in a moment."""
    before = time.process_time()
    contact_data((part * 20_000)[:20_000])
    assert time.process_time() - before < 2
