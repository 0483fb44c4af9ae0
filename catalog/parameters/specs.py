"""The parameter spec: one description for the form, the validation and the adapter."""

from dataclasses import dataclass
from enum import StrEnum
from typing import TypedDict

ParameterValue = float | str | tuple[str, ...]


class ParameterType(StrEnum):
    NUMBER = "number"
    INTEGER = "integer"
    CHOICE = "choice"
    LIST = "list"


class Support(StrEnum):
    """What the provider does with a parameter: obeys, accepts and ignores, or answers an error."""

    WORKS = "works"
    NO_EFFECT = "no_effect"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Requirement:
    """Another parameter that must be set, to one of these values."""

    name: str
    values: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.name} is {' or '.join(self.values)}"


@dataclass(frozen=True, slots=True)
class ParameterSpec:
    """One parameter of one model.

    `default` is the provider's own value, for showing; `None` where it keeps that to itself. What
    the user did not set is not sent, except where `is_always_sent`. For a list, `minimum` and
    `maximum` count its entries. A limit of `None` is not known. `step` is for controls only.
    `only_with` must be set, `not_with` must not be set beside it.
    """

    name: str
    type: ParameterType
    label: str
    help: str
    minimum: float | None = None
    maximum: float | None = None
    step: float | None = None
    default: ParameterValue | None = None
    choices: tuple[str, ...] = ()
    support: Support = Support.WORKS
    note: str = ""
    only_with: Requirement | None = None
    not_with: str = ""
    is_always_sent: bool = False

    @property
    def is_offered(self) -> bool:
        """Whether a form shows it; without effect, it is shown disabled, with its note."""
        return self.support is not Support.REFUSED


class SpecChange(TypedDict, total=False):
    """What a family, a server or the admin changes in a spec."""

    minimum: float | None
    maximum: float | None
    step: float | None
    default: ParameterValue | None
    choices: tuple[str, ...]
    support: Support
    note: str
    help: str
    only_with: Requirement | None
    not_with: str
    is_always_sent: bool


SpecChanges = dict[str, SpecChange]
