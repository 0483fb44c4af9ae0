from collections.abc import AsyncIterator

import pytest
from anthropic import AsyncAnthropic
from groq import AsyncGroq
from openai import AsyncOpenAI

from tests.provider.fixtures import provider, tag
from tests.provider.server import RunningProvider

__all__ = ["provider", "tag"]


@pytest.fixture
async def groq(provider: RunningProvider) -> AsyncIterator[AsyncGroq]:
    async with AsyncGroq(api_key="any", base_url=provider.groq_url, max_retries=0) as client:
        yield client


@pytest.fixture
async def openai(provider: RunningProvider) -> AsyncIterator[AsyncOpenAI]:
    async with AsyncOpenAI(api_key="any", base_url=provider.openai_url, max_retries=0) as client:
        yield client


@pytest.fixture
async def anthropic(provider: RunningProvider) -> AsyncIterator[AsyncAnthropic]:
    async with AsyncAnthropic(
        api_key="any", base_url=provider.anthropic_url, max_retries=0
    ) as client:
        yield client
