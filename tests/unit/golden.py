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

SIGNED = {4, 11, 15, 20, 21, 31, 32, 33, 34, 35, 38, 40}
SMALL = {7, 14, 18, 19, 37, 39, 41}


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
        _, _, paid, contract, since, holds = w.flags(*(
            "eh_bonus_member." + name for name in ("left", "excluded", "has_paid", "has_contract",
                                                   "has since", "holds any")))
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


# --- the tests ---

FORMS = {  # which files are of which form
    message: ["message"],
    rest: ["rest"],
    record: ["record", "record-refused", "record-outcome"],
    plan: ["plan", "plan-share", "plan-hold"],
    facts: ["facts", "facts-closings"],
    statement: ["statement", "statement-facts", "statement-first"],
    settlements: ["settlement"],
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
    for form, names in FORMS.items():
        seen = seen_in(form, names)
        empty = sorted(name for name, is_set in seen.items() if not is_set)
        assert not empty, "%s: set in no golden file: %s" % (form.__name__, ", ".join(empty))


def every_field_of_a_message_is_in_its_golden_bytes():
    seen = seen_in(message, FORMS[message])
    fields = set(re.findall(r"\bEH_FIELD_\w+ *=\s*(\d+)", (ROOT / "include/evenhand/wire/message.h").read_text()))
    lacking = sorted(int(field) for field in fields if not seen.get("message.field " + field))
    assert fields and not lacking, "no such fields in message.hex: %s" % lacking


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
        "by_closings": "the version", "ties_by_id": "no figure"},
    "eh_pool_statement": {
        "period": "eh_period", "metrics": "metric_count", "lines": "line_count", "held_of": "its parts",
        "currency_exponent": "the currency's", "state": "of the period", "paid_version": "of the period",
        "published_late": "of the period", "late": "of the period", "facts_of": "of the period",
        "form": "the version", "cancelled_tickets": "of the facts"},
    "eh_pool_metric": {"unknown": "of the facts"},
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
