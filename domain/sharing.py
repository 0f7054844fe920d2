"""Who shares a prize that nobody was awarded, and how much each gets: exact, and no crumbs."""

from collections.abc import Iterable, Sequence

from domain.contest_case import Entrant
from domain.ids import UserId
from domain.money import share
from domain.policy import Policy


def among(entrants: Iterable[Entrant], policy: Policy) -> list[UserId]:
    """Finalists; else who was rated well enough; else everybody; the best rated and earliest first.

    Of each person one entrant at most is given; of linked people, who had first what links them.
    """
    everybody = sorted(entrants, key=lambda one: (-one.rating, one.number))
    finalists = [one for one in everybody if one.finalist]
    rated = [one for one in everybody if one.rating >= policy.rating_that_shares]
    sharing = finalists or rated or everybody
    late = linked_with_earlier(sharing)
    return [one.person for one in sharing if one.person not in late]


def linked_with_earlier(entrants: Iterable[Entrant]) -> set[UserId]:
    """Who came to have a mark that somebody who shares had before them.

    Mark by mark, as people came to have them: whoever is left out already leaves nobody else out,
    and nobody is left out by what another does later. At one moment the earlier entry goes first.
    """
    late, holders = set[UserId](), dict[str, set[UserId]]()
    held = ((since, one.number, mark, one) for one in entrants for mark, since in one.marks.items())
    for _, _, mark, one in sorted(held, key=lambda holding: holding[:3]):
        sharing = holders[mark] = holders.get(mark, set()) - late
        if one.person in late:
            continue
        if sharing - one.cleared:
            late.add(one.person)
        else:
            sharing.add(one.person)
    return late


def shares(net_minor: int, people: Sequence[UserId], policy: Policy) -> list[tuple[UserId, int]]:
    """Equal shares that add up to the sum; so many people, the first ones, that none is too small.

    The cents that are left over go to the first ones. At least one person gets something.
    """
    many = max(1, min(len(people), net_minor // policy.smallest_share_minor))
    return list(zip(people[:many], share(net_minor, [1] * many), strict=True))
