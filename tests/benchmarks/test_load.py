"""Callers do what they were asked to, and a request's waiting counts."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from benchmarks.load import Lines, Unwanted, at_full_speed, at_rate


async def test_every_request_is_done_once_by_no_more_callers_than_there_are() -> None:
    """Full speed is as many at a time as there are callers."""
    done: list[int] = []
    under_way = most = 0

    async def act(number: int) -> None:
        nonlocal under_way, most
        under_way += 1
        most = max(most, under_way)
        await asyncio.sleep(0)
        done.append(number)
        under_way -= 1

    assert await at_full_speed(50, 7, act) > 0
    assert sorted(done) == list(range(50))
    assert most == 7


async def test_a_request_that_had_to_wait_counts_its_waiting() -> None:
    """Requests come when they are due, however slow the ones before them are."""
    lock = asyncio.Lock()

    async def act(_: int) -> None:
        async with lock:
            await asyncio.sleep(0.02)

    took = await at_rate(10, 1000, act)
    assert len(took) == 10
    assert max(took) > 0.15


async def test_what_fails_is_not_counted_as_done() -> None:
    """A run in which something failed has no figure."""

    async def act(number: int) -> None:
        raise Unwanted(str(number))

    with pytest.raises(ExceptionGroup, match="unhandled"):
        await at_full_speed(3, 1, act)


@pytest.fixture
async def lines() -> AsyncIterator[Lines]:
    """Connections to a server that repeats what it was sent, and refuses what it was not."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while head := await reader.readline():
            length = 0
            while (line := await reader.readline()).strip():
                name, _, value = line.partition(b":")
                length = int(value) if name == b"Content-Length" else length
            body = await reader.readexactly(length)
            status = b"200 OK" if body else b"409 Conflict"
            size = str(len(head + body)).encode()
            writer.write(
                b"HTTP/1.1 %s\r\ncontent-length: %s\r\n\r\n%s" % (status, size, head + body)
            )
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    async with server:
        made = Lines(server.sockets[0].getsockname()[1])
        yield made
        await made.close()


async def test_a_line_sends_and_reads_one_request_after_another(lines: Lines) -> None:
    """The body of each answer is whole, over the same connection."""
    for word in (b"one", b"two"):
        assert await lines.send("POST", "/x", word) == b"POST /x HTTP/1.1\r\n" + word


async def test_an_answer_that_is_no_success_is_not_counted(lines: Lines) -> None:
    """A refusal is fast, and no figure."""
    with pytest.raises(Unwanted, match="409"):
        await lines.send("POST", "/x")
