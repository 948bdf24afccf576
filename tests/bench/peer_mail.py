"""Sends letters with Django's send_messages over one connection; Django is installed apart and for measuring only.

Run by the Python of that installation: LETTERS.json PORT. Prints what it took.
"""

import json
import sys
from pathlib import Path
from time import perf_counter, process_time

import django
from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection


def main(file: str, port: int) -> None:
    settings.configure(EMAIL_HOST="127.0.0.1", EMAIL_PORT=port)
    django.setup()
    messages = []
    for letter in json.loads(Path(file).read_text()):
        headers = {"List-Unsubscribe": f"<{letter['unsubscribe_url']}>", "Auto-Submitted": "auto-generated"}
        message = EmailMultiAlternatives(
            letter["subject"], letter["text"], "raad@voorbeeld.example", [letter["to_address"]], headers=headers
        )
        message.attach_alternative(letter["html"], "text/html")
        messages.append(message)
    wall, cpu = perf_counter(), process_time()
    sent = get_connection().send_messages(messages)
    took = {"wall": perf_counter() - wall, "cpu": process_time() - cpu}
    assert sent == len(messages)
    print(json.dumps(took))  # noqa: T201


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
