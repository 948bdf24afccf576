"""Values that come back to us unchanged or not at all. The purpose keeps one kind from passing for another."""

from functools import lru_cache

from itsdangerous import BadData, URLSafeTimedSerializer

from panel.settings import Settings


def sign(settings: Settings, purpose: str, value: str) -> str:
    return str(_serializer(settings.secret_key, purpose).dumps(value))


def unsign(settings: Settings, purpose: str, signed: str, max_age: int) -> str | None:
    """The value, or None when it was changed, made for something else, or is older than `max_age` seconds."""
    try:
        value = _serializer(settings.secret_key, purpose).loads(signed, max_age=max_age)
    except BadData:
        return None
    return str(value)


@lru_cache(64)
def _serializer(secret_key: str, purpose: str) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(secret_key, salt=purpose)
