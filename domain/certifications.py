"""What is signed under penalty of perjury with each tax form, in versions: a text never changes.

The sentences are those of the forms of the Internal Revenue Service, works of the US government,
less what cannot be here (a number that is still waited for, signing for somebody else), and with
the last one that a substitute for a form has to show.
"""

from dataclasses import dataclass

from domain.tax import FormKind


@dataclass(frozen=True)
class Certification:
    """A text that is signed."""

    kind: FormKind
    version: int
    edition: str
    """Of the form."""
    text: str


W9_TEXT = """\
Under penalties of perjury, I certify that:
1. The number shown on this form is my correct taxpayer identification number; and
2. I am not subject to backup withholding because (a) I am exempt from backup withholding, or (b) \
I have not been notified by the Internal Revenue Service (IRS) that I am subject to backup \
withholding as a result of a failure to report all interest or dividends, or (c) the IRS has \
notified me that I am no longer subject to backup withholding; and
3. I am a U.S. citizen or other U.S. person; and
4. The FATCA code(s) entered on this form (if any) indicating that I am exempt from FATCA \
reporting is correct.
Item 2 above is struck out if this form says that I have been notified by the IRS that I am \
currently subject to backup withholding because I have failed to report all interest and \
dividends on my tax return.
The Internal Revenue Service does not require your consent to any provision of this document other \
than the certifications required to avoid backup withholding.
"""
W8BEN_TEXT = """\
Under penalties of perjury, I declare that I have examined the information on this form and to the \
best of my knowledge and belief it is true, correct, and complete. I further certify under \
penalties of perjury that:
- I am the individual that is the beneficial owner of all the income or proceeds to which this \
form relates or am using this form to document myself for chapter 4 purposes;
- The person named on line 1 of this form is not a U.S. person;
- This form relates to: (a) income not effectively connected with the conduct of a trade or \
business in the United States; (b) income effectively connected with the conduct of a trade or \
business in the United States but is not subject to tax under an applicable income tax treaty; (c) \
the partner's share of a partnership's effectively connected taxable income; or (d) the partner's \
amount realized from the transfer of a partnership interest subject to withholding under section \
1446(f);
- The person named on line 1 of this form is a resident of the treaty country listed on line 9 of \
the form (if any) within the meaning of the income tax treaty between the United States and that \
country; and
- For broker transactions or barter exchanges, the beneficial owner is an exempt foreign person as \
defined in the instructions.
Furthermore, I authorize this form to be provided to any withholding agent that has control, \
receipt, or custody of the income of which I am the beneficial owner or any withholding agent that \
can disburse or make payments of the income of which I am the beneficial owner.
I agree that I will submit a new form within 30 days if any certification made on this form \
becomes incorrect.
The Internal Revenue Service does not require your consent to any provisions of this document \
other than the certifications required to establish your status as a non-U.S. person and, if \
applicable, obtain a reduced rate of withholding.
"""
ALL = (
    Certification(FormKind.W9, 1, "Form W-9 (Rev. March 2024)", W9_TEXT),
    Certification(FormKind.W8BEN, 1, "Form W-8BEN (Rev. October 2021)", W8BEN_TEXT),
)


def in_force(kind: FormKind) -> Certification:
    """The newest text for this form."""
    return max((one for one in ALL if one.kind is kind), key=lambda one: one.version)


def of(kind: FormKind, version: int) -> Certification:
    """The text that was signed."""
    return next(one for one in ALL if (one.kind, one.version) == (kind, version))
