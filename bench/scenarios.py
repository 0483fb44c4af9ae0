"""The scenarios: so many runs of four models at once, through a portal of real processes."""

import asyncio
import re
import urllib.parse
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http.cookiejar import CookieJar
from pathlib import Path

from aiohttp import ClientSession, ClientTimeout

from bench.figures import Figures
from bench.processes import cpu_seconds, rss_mb
from bench.watching import Watched, start_and_watch
from tests.fixtures.portals import Portal, run_embedded_portal, run_scaled_portal
from tests.fixtures.servers import start_postgres
from tests.provider.server import start_provider

TTFT_MS = 300
TOKENS_PER_SECOND = 50
TOKENS = 800
IDEAL_S = TTFT_MS / 1000 + (TOKENS - 1) / TOKENS_PER_SECOND
MODEL_IDS = [
    f"sim:ttft={TTFT_MS},tps={TOKENS_PER_SECOND},tokens={TOKENS},style=stamp,tag=m{number}"
    for number in range(4)
]
WARM_UP_ID = "sim:tps=200,tokens=40,style=stamp,tag=warm"
# As in the defaults: the tests' portals notice faults sooner than a real one.
SETTINGS = {
    "GROQ_API_KEY": "models=" + ";".join([*MODEL_IDS, WARM_UP_ID]),
    "ANTHROPIC_API_KEY": "",
    "OPENAI_API_KEY": "",
    "LEASE_S": "20",
    "LEASE_RENEWAL_S": "5",
    "SWEEP_INTERVAL_S": "5",
    "REQUEUE_AFTER_S": "30",
}


@dataclass(frozen=True, slots=True)
class Target:
    """A portal that serves, the process ids of its parts, and a signed-in person's cookie."""

    portal: Portal
    pids: Mapping[str, int]
    cookie: str


@contextmanager
def scaled(folder: Path) -> Iterator[Target]:
    """Web, worker, beat, Redis and PostgreSQL as processes of their own."""
    postgres = start_postgres(folder / "postgres")
    try:
        with (
            start_provider() as provider,
            run_scaled_portal(folder / "scaled", provider, postgres.url(), SETTINGS) as portal,
        ):
            portal.manage("refresh_models", "--kind", "groq")
            pids = {
                "web": portal.web.pid,
                "worker": portal.worker.pid,
                "beat": portal.beat.pid,
                "redis": portal.redis.process.pid,
                "postgres": postgres.process.pid,
            }
            yield Target(portal, pids, sign_in(portal))
    finally:
        postgres.stop()


@contextmanager
def embedded(folder: Path) -> Iterator[Target]:
    """Everything in one process, as `make run` starts it."""
    with (
        start_provider() as provider,
        run_embedded_portal(folder / "embedded", provider, SETTINGS) as portal,
    ):
        portal.manage("refresh_models", "--kind", "groq")
        yield Target(portal, {"web": portal.web.pid}, sign_in(portal))


def measure(target: Target, name: str, runs: int) -> Figures:
    """Start `runs` runs of four models at once and watch them to the end, after a warm-up."""
    asyncio.run(_watch_all(target, 1, [WARM_UP_ID] * 4))
    before = cpu_seconds(target.pids)
    seen, peak_mb = asyncio.run(_watch_with_memory(target, runs))
    after = cpu_seconds(target.pids)
    tokens = runs * len(MODEL_IDS) * TOKENS
    return Figures(
        name=name,
        runs=runs,
        tokens=tokens,
        ideal_s=IDEAL_S,
        wall_s=max(each.ended_at for each in seen) - min(each.started_at for each in seen),
        first_token_delay_ms=[delay for each in seen for delay in each.first_token_delay_ms],
        delay_ms=[delay for each in seen for delay in each.delay_ms],
        frames=sum(each.frames for each in seen),
        missing_answers=sum(each.missing_answers for each in seen),
        cpu_us_per_token={
            part: (after[part] - before[part]) / tokens * 1e6 for part in target.pids
        },
        rss_mb=peak_mb,
    )


async def _watch_with_memory(target: Target, runs: int) -> tuple[list[Watched], dict[str, float]]:
    """Watch, and note the memory when all streams are under way."""
    watching = asyncio.create_task(_watch_all(target, runs, MODEL_IDS))
    await asyncio.wait({watching}, timeout=IDEAL_S * 0.75)
    memory = rss_mb(target.pids)
    return await watching, memory


async def _watch_all(target: Target, runs: int, model_ids: list[str]) -> list[Watched]:
    models = [f"groq/{model_id}" for model_id in model_ids]
    timeout = ClientTimeout(total=120)
    async with ClientSession(headers=target.portal.headers, timeout=timeout) as session:
        watching = [
            start_and_watch(session, target.portal.url, target.cookie, models) for _ in range(runs)
        ]
        return await asyncio.gather(*watching)


def sign_in(portal: Portal) -> str:
    """Sign in on the portal's own page; return the `Cookie` header."""
    cookies = CookieJar()
    browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(cookies))
    page = f"{portal.url}/accounts/login/"
    found = re.search(r'csrfmiddlewaretoken" value="([^"]+)"', browser.open(page).read().decode())
    if found is None:
        raise RuntimeError("The sign-in page has no form.")
    form = {
        "csrfmiddlewaretoken": found[1],
        "login": portal.email,
        "password": portal.password,
    }
    data = urllib.parse.urlencode(form).encode()
    browser.open(urllib.request.Request(page, data, {"Referer": page}))
    return "; ".join(f"{cookie.name}={cookie.value}" for cookie in cookies)
