#!/usr/bin/python3
"""The golden bytes of data/golden, read by a description of each canonical form.

Each form is described here once more, apart from lib/. What a form has must be set (not 0, not
empty) in at least one of its golden files: a member that is added and left out there fails. Each
member of the public structs is in its form, or it is named as one that is not.
"""
import re
import sys
from pathlib import Path

from tap import play

ROOT = Path(sys.argv[1])
GOLDEN = ROOT / "tests/unit/data/golden"


class Walk:
    """Reads numbers and texts, and notes under which name something was set."""

    def __init__(self, data, seen):
        self.data, self.at, self.seen = data, 0, seen

    def note(self, name, value):
        if name:
            self.seen[name] = self.seen.get(name, False) or bool(value)
        return value

    def raw(self, name, size):
        assert self.at + size <= len(self.data), "%s: the bytes end before it" % name
        self.at += size
        return self.note(name, self.data[self.at - size:self.at].strip(b"\0"))

    def u8(self, name):
        self.at += 1
        assert self.at <= len(self.data), "%s: the bytes end before it" % name
        return self.note(name, self.data[self.at - 1])

    def u(self, name):
        value = shift = 0
        while True:
            byte = self.u8(None)
            value |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                return self.note(name, value)

    def i(self, name):
        value = self.u(None)
        return self.note(name, value >> 1 ^ -(value & 1))

    def wide(self, name):
        return self.note(name, self.i(None) << 64 | self.u(None))

    def amount(self, name):
        self.wide(name + ".count")
        self.wide(name + ".value")

    def text(self, name):
        size = self.u(None)
        assert self.at + size <= len(self.data), "%s: the bytes end before it" % name
        self.at += size
        return self.note(name, self.data[self.at - size:self.at])

    def flags(self, *names):
        """Of one byte, the first in the lowest bit."""
        bits = self.u8(None)
        assert bits < 1 << len(names), "%s: a bit without a name" % names[0]
        return [self.note(name, bits >> at & 1) for at, name in enumerate(names)]

    def all(self, name, count, one):
        for _ in range(self.note(name, count)):
            one(self)

    def within(self, name, one):
        inner = Walk(self.text(name), self.seen)
        one(inner)
        inner.end()

    def end(self):
        assert self.at == len(self.data), "%d bytes that nothing describes" % (len(self.data) - self.at)


def period(w):
    w.u8("eh_period.kind")
    w.i("eh_period.number")


# --- messages ---

SIGNED = {4, 11, 15, 20, 21, 31, 32, 33, 34, 35, 38, 40, 44, 46, 47, 48, 49, 50, 51, 53}
SMALL = {7, 14, 18, 19, 37, 39, 41, 45, 54, 55}


def message(w):
    w.u("message.type")
    while w.at < len(w.data):
        field = w.u(None)
        name = "message.field %d" % field
        (w.i if field in SIGNED else w.u if field in SMALL else w.text)(name)


# --- rows ---

def rest(w):
    w.u8("rest.version")
    w.i("rest.date")
    w.u8("rest.origin")
    w.within("rest.message", message)
    known, ticket, periods = w.flags("recalled.known", "recalled.ticket_known", "recalled.has_periods")
    if known:
        w.raw("recalled.digest", 16)
        w.u("recalled.input")
    if ticket:
        w.text("recalled.ticket_image")
    if periods:
        w.text("recalled.periods")


WITH_DETAIL = 128


def effect(w):
    w.u("eh_effect.seq")
    kind = w.u8("eh_effect.type")
    w.u("eh_effect.ticket")
    for name in ("team", "rep", "was", "why"):
        w.text("eh_effect." + name)
    for name in ("epoch", "eligible", "weight"):
        w.u("eh_effect." + name)
    w.all("eh_effect.draw_count", w.u(None), lambda w: w.u("eh_effect.draws"))
    if kind & WITH_DETAIL:
        w.text("eh_effect.detail")


def record(w):
    w.u("eh_record.input")
    w.i("eh_record.type")
    w.i("eh_record.at_us")
    w.raw("eh_record.identity", 16)
    w.raw("eh_record.digest", 16)
    for name in ("stream_ms", "stream_no", "has"):
        w.u("eh_record." + name)
    for name in ("source", "id", "team", "kind", "rep", "actor", "reason", "word", "rest", "image"):
        w.text("eh_record." + name)
    for name in ("value", "handled_s", "at_ms"):
        w.i("eh_record." + name)
    w.u("eh_record.priority")
    w.u("eh_record.csat")
    w.u8("eh_record.has_until")
    w.i("eh_record.until_us")
    w.u("eh_record.image_ticket")
    w.all("eh_record.effect_count", w.u(None), effect)


# --- plans ---

def curve(name):
    def points(w):
        w.all(name, w.u(None), lambda w: (w.i("eh_curve_point.x"), w.i("eh_curve_point.y")))
    return points


def measure(w):
    w.text("eh_plan_measure.name")
    for name in ("kind", "unit", "take", "has_prior"):
        w.u8("eh_plan_measure." + name)
    w.i("eh_plan_measure.prior_mean")
    w.i("eh_plan_measure.prior_count")
    w.all("eh_plan_measure.mix_count", w.u(None),
          lambda w: (w.text("eh_plan_mix.kind"), w.u("eh_plan_mix.share_ppm")))
    w.i("eh_plan_measure.least_ms")
    w.i("eh_plan_measure.most_ms")


def metric(w):
    w.u("eh_plan_metric.measure")
    w.u("eh_plan_metric.weight_ppm")
    w.u8("eh_plan_metric.perspective")
    curve("eh_plan_metric.curve")(w)
    w.u8("eh_plan_gate.effect")
    w.u("eh_plan_gate.measure")
    w.u8("eh_plan_gate.has_least")
    w.i("eh_plan_gate.at_least")
    w.u8("eh_plan_gate.has_most")
    w.i("eh_plan_gate.at_most")


def plan(w):
    w.text("plan.head")
    version = w.u8("plan.version")
    for name in ("id", "team", "currency"):
        w.text("eh_bonus_plan." + name)
    w.u8("eh_bonus_plan.currency_exponent")
    period(w)
    w.text("eh_bonus_plan.encourages")
    w.text("eh_bonus_plan.discourages")
    w.i("eh_bonus_plan.target_pool")
    w.i("eh_bonus_plan.max_pool")
    w.all("eh_bonus_plan.measure_count", w.u(None), measure)
    w.all("eh_bonus_plan.metric_count", w.u(None), metric)
    curve("eh_bonus_plan.funding")(w)
    for name in ("individual_ppm", "equal_ppm", "hours_ppm", "seniority_ppm"):
        w.u("eh_bonus_plan." + name)
    w.all("eh_bonus_plan.point_count", w.u(None),
          lambda w: (w.text("eh_plan_points.kind"), w.u("eh_plan_points.points")))
    w.u("eh_bonus_plan.cap_ppm")
    w.all("eh_bonus_plan.band_count", w.u(None),
          lambda w: (w.u("eh_plan_band.years"), w.u("eh_plan_band.weight")))
    w.u8("eh_bonus_plan.leavers")
    w.u8("eh_bonus_plan.if_missing")
    w.u("eh_bonus_plan.carry_at_most_ppm")
    if version == 2:
        w.u8("eh_bonus_plan.unearned")


# --- facts ---

def facts(w):
    version = w.u8("facts.version")
    period(w)
    w.flags("eh_bonus_facts.estimate")
    for name in ("revenue", "ratings", "rating_sum", "reopened", "responses", "response_ms", "cycles",
                 "cycle_ms", "carry_open"):
        w.i("eh_bonus_facts." + name)
    if version > 1:
        w.i("eh_bonus_facts.firsts")
        w.i("eh_bonus_facts.cancelled")
    if version > 2:
        for name in ("answers", "answer_ms", "answers_timed", "answers_in_time"):
            w.i("eh_bonus_facts." + name)
    kinds = w.u(None)

    def kind(w):
        w.text("eh_bonus_kind.id")
        for name in ("closed", "won", "lost", "handled_count", "handled_ms"):
            w.i("eh_bonus_kind." + name)

    def imported(w):
        w.text("eh_bonus_import.name")
        for name in ("sum", "last", "count"):
            w.i("eh_bonus_import." + name)

    def member(w):
        w.text("eh_bonus_member.rep")
        names = ["left", "excluded", "has_paid", "has_contract", "has since", "holds any"]
        names += ["by_calendar"] if version > 3 else []
        paid, contract, since, holds = w.flags(*("eh_bonus_member." + name for name in names))[2:6]
        if since:
            w.i("eh_bonus_member.since")
        w.i("eh_bonus_member.first_day")
        w.u("eh_bonus_member.days")
        if paid:
            w.i("eh_bonus_member.paid_minutes")
        if contract:
            w.i("eh_bonus_member.contract_minutes")
        for _ in range(kinds if holds else 0):
            w.i("eh_bonus_member.closed")

    w.all("eh_bonus_facts.kind_count", kinds, kind)
    w.all("eh_bonus_facts.import_count", w.u(None), imported)
    w.all("eh_bonus_facts.member_count", w.u(None), member)


# --- statements ---

def pool_metric(w):
    w.text("eh_pool_metric.name")
    w.flags(*("eh_pool_metric." + name for name in ("prior", "missing", "gate_failed", "gate_missing")))
    w.i("eh_pool_metric.value")
    w.i("eh_pool_metric.count")
    w.u8("eh_pool_metric.unit")
    w.i("eh_pool_metric.curve_ppm")
    w.i("eh_pool_metric.score_ppm")
    w.u("eh_pool_metric.weight_ppm")
    if w.u8("eh_pool_metric.gate"):
        w.text("eh_pool_metric.gate_metric")
        w.i("eh_pool_metric.gate_value")
        w.u8("eh_pool_metric.gate_unit")


def statement(w):
    version = w.u8("statement.version")
    w.text("eh_pool_statement.team")
    period(w)
    w.u("eh_pool_statement.version")
    w.text("eh_pool_statement.currency")
    w.text("eh_pool_statement.plan")
    w.raw("eh_pool_statement.plan_sha256", 32)
    w.raw("eh_pool_statement.facts_sha256", 32)
    w.flags("eh_pool_statement.zeroed", "eh_pool_statement.estimate")
    for name in ("composite_ppm", "funding_ppm", "gross", "carry", "net", "individual", "equal", "hours",
                 "seniority", "held", "difference", "cancelled", "paid", "carry_open", "carry_before"):
        w.i("eh_pool_statement." + name)
    with_facts = version == 2
    if version == 3:
        with_facts = w.flags("eh_pool_statement.ties_by_id", "eh_pool_statement.has facts")[1]
        w.i("eh_pool_statement.over")
        w.i("eh_pool_statement.moved")
        for part in ("equal", "hours", "seniority", "individual"):
            w.i("eh_pool_statement.held_of " + part)
    w.all("eh_pool_statement.metric_count", w.u(None), pool_metric)

    def line(w):
        w.text("eh_pool_line.rep")
        w.flags("eh_pool_line.eligible", "eh_pool_line.capped")
        for name in ("days", "minutes", "band", "points", "equal", "hours", "seniority", "individual",
                     "total", "paid"):
            w.i("eh_pool_line." + name)
        if version == 3:
            w.i("eh_pool_line.paid_before")
    w.all("eh_pool_statement.line_count", w.u(None), line)
    if with_facts:
        w.text("eh_pool_statement.facts")


def settlements(w):
    while w.at < len(w.data):
        w.u8("settlement.version")
        period(w)
        w.u("eh_settlement.version")
        for name in ("gross", "carry", "net", "carry_open"):
            w.i("eh_settlement." + name)
        w.text("eh_settlement.statement")


# --- the state ---

def when(w, name):
    w.i(name + ".at_us")
    w.i(name + ".date")
    w.u8(name + ".whole_day")


def story_sum(w):
    w.flags(*("story_sum." + name for name in ("timed", "handled", "has_first", "reopened", "old")))
    for name in ("outcome", "last", "csat"):
        w.u8("story_sum." + name)
    for name in ("value", "refunded", "handled_s", "closed_us"):
        w.i("story_sum." + name)
    when(w, "story_sum.rated")
    w.i("story_sum.closed_date")
    w.i("story_sum.first_date")


def journal(w):
    while w.at < len(w.data):
        w.u8("story_entry.outcome")
        w.flags(*("story_entry." + name for name in ("has_value", "has_handled", "timed", "refused", "at")))
        when(w, "story_entry.when")
        w.i("story_entry.arrival_us")
        for name in ("input", "stream_ms", "stream_no"):
            w.u("story_entry." + name)
        w.text("story_entry.event")
        w.i("story_entry.value")
        w.u8("story_entry.csat")
        w.i("story_entry.handled_s")


def home(w):
    w.text("home.team")
    w.text("home.rep")
    w.i("home.booked")
    w.flags("home.given", "home.left", "home.kept", "home.returned")


def ticket(w):
    w.u8("image.version")
    w.u("ticket.no")
    for name in ("source", "id", "skills"):
        w.text("ticket." + name)
    w.raw("ticket.digest", 16)
    if w.u8("ticket.has_customer"):
        w.raw("ticket.customer", 16)
    for name in ("team", "kind", "rep", "was"):
        w.text("ticket." + name)
    state = w.u8(None)
    w.note("ticket.state", state & 7)
    w.note("ticket.kept", state & 8)
    w.note("ticket.taken", state & 16)
    w.note("ticket.returned", state & 32)
    w.note("ticket.left", state & 64)
    w.note("ticket.aside", state & 128)
    w.u8("ticket.priority")
    w.u8("ticket.outcome")
    w.u("ticket.points")
    w.u("ticket.deals")
    for name in ("value", "refunded", "received_us", "assigned_us", "closed_us"):
        w.i("ticket." + name)
    w.u("ticket.stream_ms")
    w.u("ticket.stream_no")
    w.u8("ticket.receipted")
    for name in ("booked", "created_us", "first_us", "closed_date"):
        w.i("ticket." + name)
    if w.u8("ticket.has_story"):
        story_sum(w)
        w.text("story.first_team")
        w.within("story.journal", journal)
    w.i("ticket.changed_ms")
    w.all("ticket.home_count", w.u8(None), home)
    w.text("ticket.resent_of")
    w.u("ticket.likeness")
    contents = w.u8("ticket.content_count")
    if contents:
        w.text("ticket.content_team")
    for _ in range(contents or 0):
        w.i("ticket.content")
    more = w.u8(None)
    w.note("ticket.answered", more & 1)
    w.note("ticket.overflowed", more & 2)
    w.note("ticket.lapsed", more & 4)
    answer = w.u8(None)
    w.note("first_answer.whole_day", answer & 8)
    if answer & 2:
        w.i("first_answer.paused_from_us")
        w.i("first_answer.paused_us")
    if answer & 1:
        w.text("first_answer.team")
        w.i("first_answer.working_us")
    for flag, name in ((4, "due"), (16, "said"), (32, "closed")):
        if answer & flag:
            w.i("first_answer.%s.at_us" % name)
        if answer & flag and flag > 4:
            w.i("first_answer.%s.date" % name)


def images(w):
    while w.at < len(w.data):
        w.within("image", ticket)


def detail(w):
    kind = w.u8(None)
    w.note("detail %d" % kind, True)
    if kind in (1, 3):  # a pair, scored or not
        for _ in range(2):
            w.text("compared.rep")
            w.i("compared.dc_nano")
            w.i("compared.dv")
            if kind == 3:
                w.i("compared.means_nano")
        w.u8(None)  # a tie is rare, and no part of the layout
    if kind == 3:
        w.i("detail.value")
        w.i("detail.mean")
        w.u("detail.value_weight_ppm")
    if kind in (2, 4, 5):
        w.u("detail.slots, ties or late")
    if kind == 6:
        w.u("detail.last_ticket")
        w.i("detail.last_closed_us")


def details(w):
    for kind in range(1, 7):
        w.note("detail %d" % kind, False)
    while w.at < len(w.data):
        w.within("detail", detail)


def globals_(w):
    for name in ("input", "seq", "dead"):
        w.u("globals." + name)
    w.i("globals.at_us")
    w.i("globals.date")
    w.u8("globals.has_day")
    w.u("globals.epoch")
    rules = w.u("globals.rules")
    w.text("globals.turn")
    if w.u8("globals.has_desk"):
        w.raw("globals.desk_hash", 32)
    if rules >= 10:
        w.i("globals.told_from")
        w.all("globals.zone_count", w.u(None), lambda w: (w.i("zone.from"), w.text("zone.name")))
    if rules >= 29:
        w.i("globals.clock")
    w.all("globals.published_count", w.u(None), lambda w: w.text("globals.published"))
    if w.at < len(w.data):
        w.raw("globals.commitment", 64)
    globals_.rules = rules


def rate(w, name):
    for part in ("minute_us", "last_us"):
        w.i(name + part)
    for part in ("minute_count", "day_count"):
        w.u(name + part)
    w.i(name + "date")


def rep(w):
    w.text("rep.id")
    w.u8("rep.status")
    w.flags(*("rep." + name for name in ("signalled", "releasing", "gone", "back", "leaves_told", "ended")))
    w.i("rep.since_us")
    w.i("rep.until_us")
    w.text("rep.reason")
    w.text("rep.scope")
    w.u("rep.released")
    w.u("rep.release_round")
    w.text("rep.leaves")
    w.text("rep.by")
    w.u("rep.overloads")
    w.i("rep.overload_over_us")
    w.text("rep.away_in")
    w.i("held.until_us")
    w.i("held.for_s")
    w.u8("held.status")
    w.u8("held.has_for")
    w.text("held.reason")
    w.text("held.by")
    rate(w, "rep.changes ")
    rate(w, "rep.said ")
    w.u("rep.newest_ms")
    w.u("rep.newest_no")


def ledger(w):
    w.text("ledger.team")
    w.u8("ledger.used")
    w.u("ledger.dealt")
    w.wide("ledger.dealt_value")
    w.i("ledger.in_transit")
    w.wide("ledger.in_transit_value")
    w.amount("ledger.loose")


def ramp(w):
    w.text("ramp.team")
    w.text("ramp.rep")
    w.i("ramp.gone")
    w.i("ramp.from")
    w.u("ramp.mark")


def dealt(w):
    w.text("dealt.team")
    w.text("dealt.rep")
    w.i("dealt.hour")
    w.u("dealt.in_hour")
    w.i("dealt.date")
    w.u("dealt.on_day")


def account(w):
    w.text("account.team")
    w.text("account.rep")
    w.i("account.received")
    w.wide("account.received_value")
    w.amount("account.offset")
    w.wide("account.turns")


def slot(w):
    w.text("slot.rep")
    w.u("slot.slots")
    w.u("slot.credit")
    w.wide("slot.offset")


def skill_set(w):
    w.text("set.team")
    kind, end, skills = w.text(None).rpartition(b"\x1e")
    w.note("set.kind", kind)
    w.note("set.skills", skills)
    w.u8("set.dealt")
    w.amount("set.clock")
    w.amount("set.carry")
    w.wide("set.turns clock")
    w.wide("set.turns carry")
    w.u("set.level")
    w.u("set.last_use")
    w.all("set.slots", w.u(None), slot)


def pending(w):
    w.u("pending.input")
    w.raw("pending.identity", 16)
    w.i("pending.until_us")
    w.u("pending.stream_ms")
    w.u("pending.stream_no")
    origin = w.u8(None)
    w.note("pending.origin", origin & 127)
    w.note("pending.judged", origin & 128)
    w.within("pending.body", message_any)


def message_any(w):
    w.u(None)
    while w.at < len(w.data):
        field = w.u(None)
        (w.i if field in SIGNED else w.u if field in SMALL else w.text)(None)


def cancelled(w):
    w.u("cancelled.key")
    w.i("cancelled.at_us")
    w.text("cancelled.id")


def last(w):
    w.text("last.team")
    w.raw("last.customer", 16)
    w.text("last.rep")
    w.i("last.closed_us")
    w.u("last.ticket")


def purse(w):
    w.text("purse.team")
    w.u8("purse.used")
    w.i("purse.planned_on")
    w.i("purse.settled")
    w.i("purse.carry_open")


def past(w):
    w.text("past.team")
    w.i("past.day")
    w.all("past.count", w.u(None), lambda w: (w.text("stay.rep"), w.i("stay.from"), w.i("stay.until")))


def since(w):
    w.text("since.rep")
    w.i("since.since")
    w.i("since.until")


def fact(w):
    w.u8("fact.type")
    for name in ("rep", "kind", "name"):
        w.text("fact." + name)
    w.flags("fact.has_paid", "fact.has_contract", "fact.excluded")
    for name in ("closed", "won", "lost", "paid", "contract", "count", "last"):
        w.i("fact." + name)
    w.wide("fact.sum")


def period_of_team(w):
    w.text("period.team")
    w.u8("period.kind")
    w.i("period.number")
    w.u8("period.state")
    for name in ("late", "last_version", "paid_version"):
        w.u("period." + name)
    for name in ("gross", "carry", "net", "carry_open"):
        w.i("period." + name)
    w.raw("period.frozen_key", 16)
    w.raw("period.statement_key", 16)
    for name in ("revenue", "response_ms", "cycle_ms"):
        w.wide("period." + name)
    for name in ("ratings", "rating_sum", "reopened", "responses", "cycles"):
        w.i("period." + name)
    if globals_.rules >= 13:
        w.i("period.firsts")
        w.i("period.cancelled")
    if globals_.rules >= 42:
        w.wide("period.answer_ms")
        for name in ("answers", "answers_timed", "answers_in_time"):
            w.i("period." + name)
    w.text("period.frozen")
    w.text("period.statement")
    w.all("period.facts", w.u(None), fact)
    w.all("period.imports", w.u(None), fact)


def schedule(w):
    w.u("schedule.number")
    w.u8("schedule.on")
    w.raw("schedule.key", 16)
    w.u("schedule.first")
    w.all("schedule.intervals", w.u(None), lambda w: (w.u("interval.gap"), w.u("interval.length")))
    days = w.note("schedule.days", w.u(None))
    if days:
        w.i("schedule.first day")
    for _ in range(days):
        w.u("schedule.minutes")


def hours_past(w):
    w.u8("hours_past.is_team")
    w.text("hours_past.id")
    w.all("hours_past.said", w.u(None), lambda w: (w.i("hours_past.from"), w.u("hours_past.schedule")))


def rep_hours(w):
    def absence(w):
        w.u("absence.number")
        w.i("absence.from_us")
        w.i("absence.until_us")
        w.u8("absence.reason")
        w.u8("absence.begun")
        w.text("absence.uid")
    w.text("hours.rep")
    w.u("hours.rep schedule")
    w.all("hours.absences", w.u(None), absence)


def hours(w):
    w.i("hours.window_us")
    w.u(None)  # a turn under way needs more members than these desks have
    w.u(None)
    w.u8(None)
    w.i(None)
    w.u("hours.schedule_count")
    w.all("hours.schedules", w.u(None), schedule)
    w.all("hours.reps", w.u(None), rep_hours)
    w.all("hours.teams", w.u(None), lambda w: (w.text("hours.team"), w.u("hours.team schedule")))
    w.all("hours.past", w.u(None), hours_past)


def clock(w):
    w.u("clock.ticket")
    flags = w.u8(None)  # stopped: no message does that yet
    w.note("clock.own", flags & 1)
    w.note("clock.late", flags & 2)
    w.u8("clock.raised")
    for event in ("answer", "overflow", "age", "lapse"):
        w.i("clock.%s_us" % event)
        left = w.i(None)
        if event == "answer":
            w.note("clock.answer_left", left)


def pausing(w):
    assert w.u8(None) == 1
    w.text("pausing.team")
    w.text("pausing.rep")
    w.i("pausing.date")
    w.u("pausing.begun")


def pause(w):
    assert w.u8(None) == 0
    w.u("pause.ticket")
    w.u("pause.input")
    w.i("pause.since_us")
    w.u8("pause.full")


def snapshot(w):
    w.raw("snapshot.magic", 8)
    w.u8("snapshot.version")
    w.within("snapshot.globals", globals_)
    if w.seen.get("globals.has_desk"):
        w.text("snapshot.desk")
    w.all("snapshot.reps", w.u(None), rep)
    w.all("snapshot.ledgers", w.u(None), ledger)
    w.all("snapshot.accounts", w.u(None), account)
    w.all("snapshot.dealt", w.u(None), dealt)
    if globals_.rules >= 37:
        w.all("snapshot.ramps", w.u(None), ramp)
    w.within("snapshot.sets", lambda w: w.all("set", w.u(None), skill_set))
    w.raw("snapshot.sets_hash", 16)
    w.all("snapshot.tickets", w.u(None), ticket)
    w.all("snapshot.pending", w.u(None), pending)
    w.all("snapshot.cancelled", w.u(None), cancelled)
    w.all("snapshot.lasts", w.u(None), last)
    w.all("snapshot.purses", w.u(None), purse)
    w.all("snapshot.pasts", w.u(None), past)
    w.all("snapshot.sinces", w.u(None), since)
    w.all("snapshot.names", w.u(None), lambda w: (w.text("gone.rep"), w.text("gone.name")))
    w.all("snapshot.periods", w.u(None), period_of_team)
    w.within("snapshot.hours", hours)
    w.raw("snapshot.hours_hash", 16)
    w.all("snapshot.clocks", w.u(None), clock)
    w.all("snapshot.pausings", w.u(None), pausing)
    w.all("snapshot.pauses", w.u(None), pause)
    w.all("snapshot.answering", w.u(None), lambda w: w.text("answering.source"))
    w.raw("snapshot.digest", 16)


# --- the tests ---

FORMS = {  # which files are of which form
    message: ["message", "message-owner", "message-retold", "message-named", "message-day",
              "message-absence", "message-due-at", "message-clocks", "message-paused",
              "message-reason"],
    rest: ["rest"],
    record: ["record", "record-refused", "record-outcome"],
    plan: ["plan", "plan-share", "plan-hold"],
    facts: ["facts", "facts-closings", "facts-answers", "facts-calendar"],
    statement: ["statement", "statement-facts", "statement-first"],
    settlements: ["settlement"],
    images: ["images", "images-owners", "images-retold", "images-times",
             "images-lapses", "images-answers"],
    details: ["details", "detail-late", "detail-last"],
    snapshot: ["snapshot-%d" % number for number in range(1, 1 + len(list(GOLDEN.glob("snapshot-*"))))],
}


def golden(name):
    return bytes.fromhex((GOLDEN / (name + ".hex")).read_text())


def seen_in(form, names):
    seen = {}
    for name in names:
        walk = Walk(golden(name), seen)
        try:
            form(walk)
            walk.end()
        except AssertionError as why:
            raise AssertionError("%s.hex is not as described here: %s" % (name, why))
    return seen


def all_of_a_form_is_set_in_its_golden_bytes():
    seen = {}
    for form, names in FORMS.items():
        for name, is_set in seen_in(form, names).items():
            seen[name] = seen.get(name, False) or is_set
    empty = sorted(name for name, is_set in seen.items() if not is_set)
    assert not empty, "set in no golden file: %s" % ", ".join(empty)


def every_field_of_a_message_is_in_its_golden_bytes():
    seen = seen_in(message, FORMS[message])
    fields = set(re.findall(r"\bEH_FIELD_\w+ *=\s*(\d+)", (ROOT / "include/evenhand/wire/message.h").read_text()))
    lacking = sorted(int(field) for field in fields if not seen.get("message.field " + field))
    assert fields and not lacking, "no such fields in the golden messages: %s" % lacking


# Members that stand in no form: by struct, and why.
ELSEWHERE = {
    "eh_bonus_plan": {
        "measures": "measure_count", "metrics": "metric_count", "points": "point_count",
        "bands": "band_count", "from": "eh_period", "before_unearned": "of the desk that published it",
        "line": "of the file"},
    "eh_plan_measure": {"mix": "mix_count"},
    "eh_plan_metric": {"gate": "eh_plan_gate"},
    "eh_bonus_facts": {
        "period": "eh_period", "kinds": "kind_count", "imports": "import_count", "members": "member_count",
        "by_closings": "the version", "with_answers": "the version", "ties_by_id": "no figure", "said": "of a what-if",
        "said_count": "of a what-if"},
    "eh_pool_statement": {
        "period": "eh_period", "metrics": "metric_count", "lines": "line_count", "held_of": "its parts",
        "currency_exponent": "the currency's", "state": "of the period", "paid_version": "of the period",
        "published_late": "of the period", "late": "of the period", "facts_of": "of the period",
        "form": "the version", "cancelled_tickets": "of the facts"},
    "eh_pool_metric": {"unknown": "of the facts"},
    "eh_pool_line": {
        "contract_minutes": "of the facts", "contract_by": "of the facts", "contract_until": "of an estimate"},
    "eh_bonus_member": {"calendar_until": "of an estimate"},
    "eh_settlement": {"period": "eh_period"},
    "eh_record": {"date": "in rest", "origin": "in rest"},
    "eh_effect": {
        "source": "of the ticket", "id": "of the ticket", "stream_ms": "of the ticket",
        "stream_no": "of the ticket"},
}


def members_of(struct):
    for path in sorted((ROOT / "include").rglob("*.h")):
        text = re.sub(r"/\*.*?\*/", "", path.read_text(), flags=re.S)
        body = re.search(r"^struct %s \{(.*?)^\};" % struct, text, re.S | re.M)
        if body:
            return [name for part in body.group(1).split(";")
                    for name in re.findall(r"[*\s](\w+)(?:\[\w+\])?\s*(?:,|$)", part.strip() + ",")]
    raise AssertionError("struct %s is in no public header" % struct)


def every_member_is_in_its_form():
    seen = {}
    for form, names in FORMS.items():
        seen.update(seen_in(form, names))
    structs = {name.split(".")[0] for name in seen if name.startswith("eh_")}
    for struct in sorted(structs):
        members = members_of(struct)
        assert members, struct
        for member in members:
            told = "%s.%s" % (struct, member) in seen or member in ELSEWHERE.get(struct, {})
            assert told, (
                "%s.%s is in no canonical form. Put it at the end of its form, under another version, and "
                "into the description here; or name it in ELSEWHERE" % (struct, member))
        for member in ELSEWHERE.get(struct, {}):
            assert member in members, "struct %s has no member %s any more" % (struct, member)


play([all_of_a_form_is_set_in_its_golden_bytes, every_field_of_a_message_is_in_its_golden_bytes,
      every_member_is_in_its_form])
