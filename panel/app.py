"""The application: every address on one screen, and who may use it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.applications import Starlette
from starlette.convertors import IntegerConvertor, register_url_convertor
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Mount, Route

from panel.answers import display_pages as display
from panel.answers import pages as answers
from panel.answers import start_pages as door
from panel.answers.kept import KeptReviews
from panel.arguments import pages as arguments
from panel.database import Database
from panel.demo import pages as demo
from panel.desk import pages as bureau
from panel.desk import reminding
from panel.draws import pages as draws
from panel.draws import plan_page as plans
from panel.draws import public_page as fair
from panel.draws import target_pages as targets
from panel.invitations import link_pages as lost_links
from panel.invitations import opt_out_pages as opting_out
from panel.invitations import pages as invitations
from panel.invitations import post_pages as mail
from panel.invitations import reserve_pages as reserves
from panel.invitations import same_panel_pages as same_panel
from panel.invitations import trial_pages as trials
from panel.paper import check_pages as again
from panel.paper import pages as paper
from panel.paper import sheet_pages as sheets
from panel.people import pages as people
from panel.people import quality
from panel.proposals import pages as proposals
from panel.publication import desk_pages as replies
from panel.publication import following_pages as following
from panel.publication import pages as publication
from panel.publication import signposts
from panel.reports import pages as reports
from panel.reviews import composing_pages as composing
from panel.reviews import pages as reviews
from panel.reviews import questions_pages as questions
from panel.reviews.models import Review
from panel.settings import Settings
from panel.staff import pages as staff
from panel.staff.access import Endpoint, Right, desk
from panel.web.errors import HANDLERS, LastResort
from panel.web.failures import Failures
from panel.web.security import Security
from panel.web.static import StaticFiles
from panel.worker import Worker


class Number(IntegerConvertor):
    """In an address: small enough for every database to look for."""

    regex = "[0-9]{1,9}"


register_url_convertor("int", Number())


def get(path: str, page: Endpoint) -> Route:
    return Route(path, page, methods=["GET"])


def post(path: str, page: Endpoint) -> Route:
    return Route(path, page, methods=["POST"])


def form(path: str, look: Endpoint, do: Endpoint, right: Right | None = None) -> list[Route]:
    """A page that can be looked at, and what it does when it is sent."""
    if right is not None:
        look, do = desk(right, look), desk(right, do)
    return [get(path, look), post(path, do)]


def routes(settings: Settings) -> list[BaseRoute]:
    review = "/bureau/{id:int}"
    return [
        # members, who are most: an address is looked for in this order
        *form("/m/{token}", door.start, door.begin),
        get("/m/{token}/papier", sheets.show),
        *form("/u/{token}", opting_out.ask, opting_out.record),
        get("/mening", answers.proposal),
        *form("/mening/vraag/{id}", answers.ask, answers.answer),
        get("/mening/controle", answers.check),
        post("/mening/versturen", answers.hand_in),
        get("/mening/dank", answers.receipt),
        post("/mening/laat-zien", answers.show),
        post("/mening/weergave", display.change),
        post("/mening/weg", door.leave),
        get("/mening/tot-ziens", door.goodbye),
        # everyone
        get("/", publication.index),
        get("/t/{id:int}", publication.show),
        *form("/t/{id:int}/loting", fair.show, fair.look_up),
        get("/t/{id:int}/loting.json", fair.record),
        get("/t/{id:int}/loting/{number:int}.json", fair.numbered_record),
        get("/t/{id:int}/metadata/{name}", publication.metadata),
        get("/t/{id:int}/{name}", publication.download),
        get("/toegankelijkheid", publication.accessibility),
        get("/privacy", publication.privacy),
        get("/contact", publication.contact),
        *form("/link", lost_links.ask, lost_links.take),
        get("/link/gevraagd", lost_links.asked),
        get("/feed.atom", signposts.feed),
        get("/sitemap.xml", signposts.sitemap),
        get("/robots.txt", signposts.robots),
        get("/.well-known/security.txt", signposts.security_txt),
        get("/healthz", health),
        Mount("/static", StaticFiles()),
        # the desk: signing in
        *form("/bureau/aanmelden", staff.ask_link, staff.send_link),
        get("/bureau/aanmelden/verstuurd", staff.link_sent),
        *form("/bureau/aanmelden/{token}", staff.open_link, staff.sign_in),
        post("/bureau/afmelden", staff.sign_out),
        # the desk: proposals
        get("/bureau/voorstellen", desk(Right.LOOK, proposals.index)),
        *form("/bureau/voorstellen/nieuw", proposals.new, proposals.create, Right.WRITE),
        get("/bureau/voorstellen/{id:int}", desk(Right.LOOK, proposals.show)),
        *form("/bureau/voorstellen/{id:int}/veranderen", proposals.edit, proposals.save, Right.WRITE),
        *form("/bureau/voorstellen/{version:int}/tweede-mening", reviews.new, reviews.prepare, Right.RUN),
        # the desk: reviews, in the order of their life
        get("/bureau", desk(Right.LOOK, bureau.index)),
        get("/bureau/plannen", desk(Right.RUN, plans.show)),
        get(review, desk(Right.LOOK, bureau.show)),
        *form(f"{review}/akkoord", reviews.ask_approval, reviews.give_approval, Right.APPROVE),
        *form(f"{review}/plan", reviews.ask_change, reviews.give_change, Right.RUN),
        get(f"{review}/vragen", desk(Right.LOOK, questions.index)),
        post(f"{review}/vragen", desk(Right.RUN, composing.do)),
        *form(f"{review}/vragen/bibliotheek", composing.ask_library, composing.take_from_library, Right.RUN),
        get(f"{review}/vragen/eigen", desk(Right.RUN, composing.ask_kind)),
        *form(f"{review}/vragen/eigen/{{kind}}", composing.ask_own, composing.take_own, Right.RUN),
        *form(f"{review}/vragen/standaard", composing.ask_default, composing.do_default, Right.RUN),
        get(f"{review}/vragen/{{question}}", desk(Right.LOOK, questions.preview)),
        *form(f"{review}/vragen/{{question}}/wie", composing.ask_who, composing.take_who, Right.RUN),
        *form(f"{review}/vragen/{{question}}/wijzigen", composing.ask_change, composing.take_change, Right.RUN),
        *form(f"{review}/vragen/{{question}}/weg", composing.ask_removal, composing.do_removal, Right.RUN),
        *form(f"{review}/bestand", people.ask_file, people.take_file, Right.RUN),
        *form(f"{review}/bestand/kwaliteit", quality.ask_quality, quality.compare_areas, Right.RUN),
        *form(f"{review}/loting", draws.ask, draws.do, Right.RUN),
        post(f"{review}/loting/wijze", desk(Right.RUN, draws.choose_way)),
        *form(f"{review}/streefaantallen", targets.ask, targets.do, Right.RUN),
        *form(f"{review}/streefaantallen/bestand", targets.give_file, targets.take_file, Right.RUN),
        post(f"{review}/loting/lijst", desk(Right.RUN, draws.give_list)),
        post(f"{review}/loting/lijst/{{name}}", desk(Right.RUN, draws.give_list)),
        *form(f"{review}/zelfde-panel", same_panel.ask, same_panel.do, Right.RUN),
        *form(f"{review}/reserve", reserves.ask, reserves.do, Right.RUN),
        *form(f"{review}/openen", invitations.ask_open, invitations.do_open, Right.RUN),
        post(f"{review}/proef", desk(Right.RUN, trials.send)),
        get(f"{review}/voorbeelden", desk(Right.LOOK, trials.examples)),
        get(f"{review}/voorbeelden/{{kind}}", desk(Right.LOOK, trials.example)),
        get(f"{review}/post", desk(Right.RUN, mail.show)),
        *form(f"{review}/post/zoeken", mail.ask_who, mail.look_up, Right.RUN),
        *form(f"{review}/post/onzeker", mail.ask_again, mail.send_again, Right.RUN),
        post(f"{review}/brieven", desk(Right.RUN, mail.letters)),
        *form(f"{review}/papier", paper.ask_code, paper.take_code, Right.RUN),
        post(f"{review}/papier/antwoorden", desk(Right.RUN, paper.take_answers)),
        get(f"{review}/papier/opgeslagen", desk(Right.RUN, paper.saved)),
        *form(f"{review}/papier/formulier", sheets.ask_code, sheets.make, Right.RUN),
        *form(f"{review}/papier/nakijken", again.ask_code, again.take_code, Right.RUN),
        post(f"{review}/papier/nakijken/antwoorden", desk(Right.RUN, again.take_answers)),
        get(f"{review}/papier/nagekeken", desk(Right.RUN, again.checked)),
        *form(f"{review}/herinneren", reminding.ask_remind, reminding.do_remind, Right.RUN),
        *form(f"{review}/verlengen", reviews.ask_extension, reviews.give_extension, Right.RUN),
        *form(f"{review}/intrekken", invitations.ask_withdrawal, invitations.do_withdrawal, Right.RUN),
        *form(f"{review}/teksten", arguments.queue, arguments.judge, Right.MODERATE),
        *form(f"{review}/rapport", reports.ask_report, reports.make_report, Right.RUN),
        get(f"{review}/rapport/metadata/{{name}}", desk(Right.LOOK, replies.preview_metadata)),
        get(f"{review}/rapport/{{name}}", desk(Right.LOOK, replies.preview)),
        *form(f"{review}/publiceren", replies.ask_publish, replies.do_publish, Right.RUN),
        *form(f"{review}/antwoord", replies.ask_reply, replies.do_reply, Right.REPLY),
        post(f"{review}/antwoord/bestand", desk(Right.REPLY, replies.take_reply_file)),
        *form(f"{review}/antwoord/datum", replies.ask_postponement, replies.give_postponement, Right.RUN),
        *form(f"{review}/vervolg", following.ask, following.do, Right.RUN),
        *form(f"{review}/opvolging", replies.ask_follow_up, replies.do_follow_up, Right.RUN),
        # the demonstration: the mail that was caught
        *([get("/demo/post", demo.post), get("/demo/post/{number:int}", demo.letter)] if settings.demo else []),
    ]


async def health(request: Request) -> Response:  # noqa: ARG001
    """Answers when the database does."""
    await Review.all().count()
    return PlainTextResponse("ok\n")


def create_app(settings: Settings) -> Starlette:
    app = Starlette(
        routes=routes(settings),
        middleware=[Middleware(Security, settings=settings), Middleware(LastResort)],
        exception_handlers=HANDLERS,
        lifespan=lifespan,
    )
    app.state.settings = settings
    app.state.failures = Failures()
    app.state.kept_reviews = KeptReviews()
    return app


@asynccontextmanager
async def lifespan(app: Starlette) -> AsyncIterator[None]:
    settings: Settings = app.state.settings
    async with Database(settings) as database, demo.caught_mail(settings) as catcher:
        app.state.database, app.state.catcher = database, catcher
        worker = Worker(database, settings)
        running = asyncio.create_task(worker.run()) if settings.worker else None
        yield
        worker.stop()
        if running:
            await running
