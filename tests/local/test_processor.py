"""The stand-in for Stripe that runs beside the product tells it of everything that happens."""

from pathlib import Path

from local.places import free_ports
from local.processor import Processor
from tests.fakestripe.stand import Stand


def test_what_happens_to_those_we_pay_is_announced_too(tmp_path: Path) -> None:
    """As by an endpoint of Connect; nobody has to be there to hear it."""
    [port, nobody] = free_ports(2)
    processor = Processor(tmp_path / "stripe", tmp_path / "log", port)
    processor.start()
    try:
        processor.announce_to(f"http://127.0.0.1:{nobody}")
        stand = Stand(processor.url)
        account = stand.funded(50_00)
        stand.payout(account.id, 50_00)
        told = {one["type"] for one in stand.look("deliveries")}
        stand.close()
    finally:
        processor.child.stop()
    assert {"checkout.session.completed", "transfer.created", "payout.created"} <= told
