"""Models of the simulated provider that the tests of this folder ask."""

TAG = "faults"
# About two seconds each: long enough for a fault in the middle.
FOUR = (
    f"sim:style=steady,ttft=50,tps=60,tokens=130,tag={TAG}",
    f"sim:style=unicode,ttft=100,tps=50,tokens=110,tag={TAG}",
    f"sim:style=terse,ttft=50,tps=60,reasoning=10,tokens=130,tag={TAG}",
    f"sim:style=poet,ttft=80,tps=55,tokens=120,tag={TAG}",
)
# Long after the drain of a worker is over.
LONG = (
    f"sim:style=verbose,ttft=50,tps=40,tokens=200,tag={TAG}",
    f"sim:style=unicode,ttft=50,tps=40,tokens=190,tag={TAG}",
)
SHORT = f"sim:style=swift,ttft=50,tps=40,tokens=60,tag={TAG}"
LIMITED = tuple(
    f"sim:tokens={tokens},fault=rate-limit,retry-after=1,fail-first=1,tag={TAG}"
    for tokens in range(20, 24)
)
LISTED = (*FOUR, *LONG, SHORT, *LIMITED)
