"""Public randomness: numbers that nobody could know when the draw was frozen, and that all can look up after."""

import hashlib
import hmac
import re
import unicodedata
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from math import ceil
from typing import Any, cast

from eth_typing import BLSSignature
from py_ecc.bls.g2_primitives import signature_to_G2, subgroup_check
from py_ecc.bls.hash_to_curve import hash_to_G1
from py_ecc.bls.point_compression import decompress_G1
from py_ecc.bls.typing import G1Compressed
from py_ecc.fields import optimized_bls12_381_FQ12 as FQ12
from py_ecc.optimized_bls12_381.optimized_curve import G2, is_inf, neg
from py_ecc.optimized_bls12_381.optimized_pairing import final_exponentiate, pairing

from deliberation.sortition.lottery import Stream

QUICKNET_KEY = bytes.fromhex(
    "83cf0f2896adee7eb8b5f01fcad3912212c437e0073e911fb90022d3e760183c8c4b450b6a0a6c3ac6a5776a2d106451"
    "0d1fec758c921cc22b0e17e63aaf4bcb5ed66304de9cf809bd274ca73bab4af5a6e9c76a4bc09e76eae8991ef5ece45a"
)
QUICKNET_START, QUICKNET_PERIOD = 1_692_803_367, 3
HASH_TO_G1 = b"BLS_SIG_BLS12381G1_XMD:SHA-256_SSWU_RO_NUL_"
KINDS = ("drand", "dice", "lottery", "seed")
FEWEST_SIGNS = 4


class RandomnessError(ValueError):
    """This is no randomness that can be used. The message is a Dutch sentence."""


@dataclass(frozen=True, slots=True)
class Randomness:
    """`kind`: one of KINDS. `text`: as it is published, in one way of writing. `value`: the bytes that decide."""

    kind: str
    text: str
    value: bytes

    def seed(self, commitment: str) -> bytes:
        """The seed of everything that this randomness decides for what was frozen under that fingerprint (hex)."""
        return hmac.digest(self.value, b"samenspraak draw " + bytes.fromhex(commitment), "sha256")

    def index(self, panels: int, commitment: str) -> int:
        """Which of the panels, 0 … panels − 1. As many ten-sided dice as `panels` has zeros are its number."""
        thrown = self.text.split()
        if self.kind == "dice" and panels == 10 ** len(thrown) and all(len(number) == 1 for number in thrown):
            return int("".join(thrown))
        return Stream(self.seed(commitment), "panel").below(panels)


def read_randomness(kind: str, text: str) -> Randomness:
    """What somebody copied from the source; raises RandomnessError with what is wrong and what to do.

    - `drand`: `ROUND:SIGNATURE` of the drand network quicknet. The signature is checked here, without a network: a
      BLS signature on curve BLS12-381 (scheme bls-unchained-g1-rfc9380) over SHA-256 of the round number. The value
      is SHA-256 of the signature, as drand defines its randomness.
    - `dice`: whole numbers, in the order thrown. `lottery`: the result as the lottery writes it. Their value is
      SHA-256 of the kind and the text.
    - `seed`: bytes in hexadecimal, for trying and for researchers.
    """
    text = " ".join(unicodedata.normalize("NFKC", text).split())
    match kind:
        case "drand":
            return _drand(text)
        case "dice":
            numbers = re.findall(r"\d+", text)
            if not numbers or re.sub(r"[\d ,;.+-]", "", text):
                raise RandomnessError("Vul de ogen van de dobbelstenen in als getallen met een spatie ertussen.")
            return _written("dice", " ".join(str(int(number)) for number in numbers))
        case "lottery":
            signs = re.findall(r"[^\W_]+", text.casefold())
            if len("".join(signs)) < FEWEST_SIGNS:
                raise RandomnessError("Neem de hele uitslag van de loterij over: dit is te kort.")
            return _written("lottery", " ".join(signs))
        case "seed":
            try:
                value = bytes.fromhex(text)
            except ValueError:
                value = b""
            if not value:
                raise RandomnessError("Een lot in hexadecimale vorm bestaat uit paren van 0-9 en a-f, zoals 3fa9.")
            return Randomness("seed", value.hex(), value)
    raise RandomnessError(f"‘{kind}’ is geen bron van toeval. Kies uit: {', '.join(KINDS)}.")


def round_after(moment: datetime) -> int:
    """The first drand round at or after this moment."""
    return max(1, ceil((moment.timestamp() - QUICKNET_START) / QUICKNET_PERIOD) + 1)


def time_of(round_: int) -> datetime:
    """When this drand round appears (UTC)."""
    return datetime.fromtimestamp(QUICKNET_START + (round_ - 1) * QUICKNET_PERIOD, UTC)


def _written(kind: str, text: str) -> Randomness:
    return Randomness(kind, text, hashlib.sha256(f"{kind} {text}".encode()).digest())


def _drand(text: str) -> Randomness:
    found = re.fullmatch(r"(\d{1,15}) ?: ?([0-9a-fA-F]{96})", text)
    if not found:
        raise RandomnessError("Vul de ronde en de handtekening van drand in als RONDE:HANDTEKENING (96 tekens).")
    round_, signature = int(found[1]), bytes.fromhex(found[2])
    if not _signed(round_, signature):
        raise RandomnessError(
            f"De handtekening hoort niet bij ronde {round_} van drand. Neem de ronde en de handtekening opnieuw over."
        )
    return Randomness("drand", f"{round_}:{signature.hex()}", hashlib.sha256(signature).digest())


@lru_cache(16)
def _signed(round_: int, signature: bytes) -> bool:
    """e(signature, generator) = e(hash of the round, public key of the network)."""
    try:
        point = decompress_G1(G1Compressed(int.from_bytes(signature, "big")))
    except ValueError:
        return False
    if is_inf(point) or not subgroup_check(point):
        return False
    message = hashlib.sha256(round_.to_bytes(8, "big")).digest()
    hashed = hash_to_G1(message, HASH_TO_G1, cast("Any", hashlib.sha256))
    key = signature_to_G2(cast("BLSSignature", QUICKNET_KEY))
    left = pairing(G2, point, final_exponentiate=False)
    right = pairing(key, neg(hashed), final_exponentiate=False)
    return bool(final_exponentiate(left * right) == FQ12.one())
