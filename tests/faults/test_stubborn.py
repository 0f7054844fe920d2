"""The client who is not put off repeats its request, and forgets no answer that names a bug."""

import httpx

from tests.faults.stubborn import Stubborn

ANSWERS = [
    httpx.Response(503),
    httpx.Response(500, text="Something went wrong on our side"),
    httpx.Response(200, json={"id": "job_1"}),
]


async def test_an_answer_that_names_a_bug_is_kept_and_the_request_repeated() -> None:
    """An outage is none; a 500 is one even when the next try succeeds."""
    answers = iter(ANSWERS)
    stubborn = Stubborn(httpx.MockTransport(lambda request: next(answers)))
    async with httpx.AsyncClient(transport=stubborn, base_url="http://api.test") as http:
        answer = await http.post("/v1/jobs")
    assert answer.json() == {"id": "job_1"}
    assert stubborn.bugs == ["500 at POST /v1/jobs: Something went wrong on our side"]
