"""Mails as they come back, in the forms of several mail systems; everybody in them is made up."""

POSTFIX = """From: MAILER-DAEMON@mail.voorbeeld.example (Mail Delivery System)
Subject: Undelivered Mail Returned to Sender
To: {to}
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b1"

--b1
Content-Type: text/plain; charset=us-ascii

This is the mail system at host mail.voorbeeld.example.
I'm sorry to have to inform you that your message could not be delivered.

<wim.jansen@elders.example>: host mx.elders.example[192.0.2.1] said: {reply}
    (in reply to {stage})

--b1
Content-Type: message/delivery-status

Reporting-MTA: dns; mail.voorbeeld.example
Arrival-Date: Sun, 22 Nov 2026 10:00:00 +0100 (CET)

Final-Recipient: rfc822; wim.jansen@elders.example
Original-Recipient: rfc822;wim.jansen@elders.example
Action: {action}
Status: {status}
Remote-MTA: dns; mx.elders.example
Diagnostic-Code: smtp; {reply}

--b1
Content-Type: message/rfc822

From: tweedemening@voorbeeld.example
Subject: Uw mening telt

550 5.1.1 user unknown
--b1--
"""

EXCHANGE = """From: <postmaster@elders.example>
To: <{to}>
Subject: Onbestelbaar: Uw mening telt
Content-Type: multipart/report; report-type=delivery-status; boundary="b2"
MIME-Version: 1.0

--b2
Content-Type: multipart/alternative; boundary="b3"

--b3
Content-Type: text/plain; charset="utf-8"

Uw bericht aan wim.jansen@elders.example is niet bezorgd.
--b3
Content-Type: text/html; charset="utf-8"

<p>Uw bericht is niet bezorgd.</p>
--b3--
--b2
Content-Type: message/delivery-status

Reporting-MTA: dns;DB9.elders.example

Final-Recipient: rfc822;wim.jansen@elders.example
Action: failed
Status: 5.1.10
Diagnostic-Code: smtp;550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup

--b2--
"""

GMAIL = """From: Mail Delivery Subsystem <mailer-daemon@post.example>
To: {to}
Auto-Submitted: auto-replied
Subject: Delivery Status Notification (Failure)
Content-Type: multipart/report; boundary="b4"; report-type=delivery-status

--b4
Content-Type: text/plain; charset="UTF-8"

** Address not found **
Your message wasn't delivered because the address couldn't be found.
--b4
Content-Type: message/delivery-status

Reporting-MTA: dns; post.example

Final-Recipient: rfc822; wim.jansen@post.example
Action: failed
Status: 5.1.1
Diagnostic-Code: smtp; 550-5.1.1 The email account that you tried to reach does not exist. Please try
 550 5.1.1 double-checking the recipient's email address

--b4--
"""

EXIM = """X-Failed-Recipients: wim.jansen@elders.example
Auto-Submitted: auto-replied
From: Mail Delivery System <Mailer-Daemon@mail.voorbeeld.example>
To: {to}
Subject: Mail delivery failed: returning message to sender

This message was created automatically by mail delivery software.

A message that you sent could not be delivered to one or more of its
recipients. This is a permanent error. The following address(es) failed:

  wim.jansen@elders.example
    host mx.elders.example [192.0.2.1]
    SMTP error from remote mail server after RCPT TO:<wim.jansen@elders.example>:
    {reply}

------ This is a copy of the message, including all the headers. ------

Subject: Uw mening telt

550 5.1.1 user unknown
"""

QMAIL = """From: MAILER-DAEMON@qmail.example
To: {to}
Subject: failure notice

Hi. This is the qmail-send program at qmail.example.
I'm afraid I wasn't able to deliver your message to the following addresses.

<wim.jansen@elders.example>:
Sorry, no mailbox here by that name. (#5.1.1)

--- Below this line is a copy of the message.

Subject: Uw mening telt
"""

SENDMAIL_DELAY = """From: Mail Delivery Subsystem <MAILER-DAEMON@mail.voorbeeld.example>
To: {to}
Subject: Warning: could not send message for past 4 hours

    **********************************************
    **      THIS IS A WARNING MESSAGE ONLY      **
    **  YOU DO NOT NEED TO RESEND YOUR MESSAGE  **
    **********************************************

   ----- Transcript of session follows -----
451 4.4.1 reply: read error from mx.elders.example.
The message has been delayed and will be retried for 5 days.
"""

COMPLAINT = """From: <feedback@elders.example>
To: {to}
Subject: FW: Uw mening telt
MIME-Version: 1.0
Content-Type: multipart/report; report-type=feedback-report; boundary="b5"

--b5
Content-Type: text/plain

This is an email abuse report.
--b5
Content-Type: message/feedback-report

Feedback-Type: {type}
User-Agent: SomeGenerator/1.0
Version: 1

--b5
Content-Type: message/rfc822

Subject: Uw mening telt

Goedendag
--b5--
"""

ABSENT = """From: Wim Jansen <wim.jansen@elders.example>
To: {to}
Subject: {subject}
{extra}: {value}

Ik werk hier niet meer. 550 5.1.1 user unknown. My address does not exist.
"""

LETTER = """From: Wim Jansen <wim.jansen@elders.example>
To: {to}
Subject: Een vraag

Goedendag, ik heb een vraag. 550 5.1.1 user unknown
"""


PLAIN = """From: {sender}
To: {to}
Subject: {subject}
{extra}Content-Type: {kind}

{text}

Message headers follow.

Received: from voorbeeld.example
550 5.7.1 quota exceeded
"""


def plain(
    text: str,
    sender: str = "MAILER-DAEMON <>",
    subject: str = "Mail problem",
    extra: str = "",
    kind: str = "text/plain",
    to: str = "x",
) -> bytes:
    """Without a report."""
    return PLAIN.format(text=text, sender=sender, subject=subject, extra=extra, kind=kind, to=to).encode()


def postfix(
    to: str = "x",
    action: str = "failed",
    status: str = "5.1.1",
    reply: str = "550 5.1.1 unknown",
    stage: str = "RCPT TO command",
) -> bytes:
    return POSTFIX.format(to=to, action=action, status=status, reply=reply, stage=stage).encode()


def exim(to: str = "x", reply: str = "550 5.1.1 Unknown") -> bytes:
    return EXIM.format(to=to, reply=reply).encode()


def complaint(to: str = "x", kind: str = "abuse") -> bytes:
    return COMPLAINT.format(to=to, type=kind).encode()


def absent(
    to: str = "x", subject: str = "Re: x", extra: str = "Auto-Submitted", value: str = "auto-replied"
) -> bytes:
    return ABSENT.format(to=to, subject=subject, extra=extra, value=value).encode()


def simple(form: str, to: str = "x") -> bytes:
    return form.format(to=to).encode()
