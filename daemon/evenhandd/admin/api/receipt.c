/*
 * receipt: why a rep got a ticket, for a rep to read: how many could have got it, what was drawn,
 * what was compared, and the reason in a sentence. A rep is told what they were owed themselves; of
 * a colleague they are told only that the two were compared.
 */
#include <math.h>

#include <evenhand/wire/policies.h>

#include "admin/api/api.h"

#define SENTENCE_MAX 640
#define AMOUNT_MAX   96
#define NANO         INT64_C(1000000000)
#define DAY_US       INT64_C(86400000000)
#define MILLI        INT64_C(1000000) /* of 10^-9 */
#define RESULT_BYTES 8
#define SCORE_DIGITS 1000000.0 /* six decimals */

/* "1.250 tickets and 310.00 EUR behind": what the ledger owed, or had given too much. */
static void put_deficit(int64_t count_nano, int64_t value, const struct eh_desk *desk, char *ret,
                        size_t size)
{
    char count[EH_DECIMAL_TEXT_MAX], money[EH_AMOUNT_TEXT_MAX];
    int64_t milli = (int64_t)eh_round_divide(count_nano, MILLI);
    eh_decimal_print(milli < 0 ? -milli : milli, 3, count);
    eh_amount_print(value < 0 ? -value : value, desk->currency_exponent, desk->currency, money);
    eh_format(ret, size, "%s tickets %s and %s %s", count, milli < 0 ? "ahead" : "behind", money,
              value < 0 ? "ahead" : "behind");
}

/* Whether the reader may see what a rep was owed. With what a colleague was entitled to, it would
 * tell what they received. */
static bool shows(const struct eh_receipt *receipt, struct eh_str rep)
{
    return receipt->whole || eh_str_equal(receipt->reader, rep);
}

/* " (1.250 tickets and ...)", or nothing where it is not the reader's to know. */
static void put_owed(const struct eh_receipt *receipt, const struct eh_compared *one,
                     const struct eh_desk *desk, char ret[AMOUNT_MAX])
{
    char owed[AMOUNT_MAX - 3];
    *ret = '\0';
    if (!shows(receipt, one->rep))
        return;
    put_deficit(one->dc_nano, one->dv, desk, owed, sizeof owed);
    eh_format(ret, AMOUNT_MAX, " (%s)", owed);
}

static void tell_pair(const struct eh_deal_detail *d, const struct eh_desk *desk,
                      const struct eh_receipt *receipt, char ret[SENTENCE_MAX])
{
    char first[AMOUNT_MAX], second[AMOUNT_MAX];
    put_owed(receipt, &d->pair[0], desk, first);
    put_owed(receipt, &d->pair[1], desk, second);
    eh_format(ret, SENTENCE_MAX,
              "Of %lld who could have got it two were drawn by share: %.*s%s and %.*s%s. %s"
              " %.*s.",
              (long long)receipt->eligible, EH_STR_ARG(d->pair[0].rep), first,
              EH_STR_ARG(d->pair[1].rep), second,
              d->tie ? "Neither was owed more for this ticket, so one more draw chose"
                     : "In number and value together more was owed to",
              EH_STR_ARG(receipt->rep));
}

/* Who gives a ticket without asking chance. */
static const struct {
    const char *why, *sentence;
} booked[] = {
    {"owner", "The helpdesk named its owner."},
    {"affinity", "The customer has a ticket open with the same rep."},
    {"claimed", "They took it at the helpdesk."},
    {"given", "It was given to them at the helpdesk."},
};

static bool tell_booked(struct eh_str why, char ret[SENTENCE_MAX])
{
    for (size_t i = 0; i < sizeof booked / sizeof *booked; i++)
        if (eh_str_equal(why, eh_str(booked[i].why))) {
            eh_format(ret, SENTENCE_MAX, "%s", booked[i].sentence);
            return true;
        }
    return false;
}

static void tell_manager(const struct eh_receipt *receipt, char ret[SENTENCE_MAX])
{
    bool said = receipt->said.size > 0;
    if (receipt->by.size == 0)
        eh_format(ret, SENTENCE_MAX, "A manager gave it.");
    else
        eh_format(ret, SENTENCE_MAX, "%.*s gave it by hand%s%.*s", EH_STR_ARG(receipt->by),
                  said ? ": " : ".", EH_STR_ARG(receipt->said));
}

static void tell_late(const struct eh_deal_detail *d, struct eh_str rep, char ret[SENTENCE_MAX])
{
    eh_format(ret, SENTENCE_MAX,
              "Of those who could have got it %.*s was furthest behind what the rounds owe, by %u"
              " tickets at least%s.",
              EH_STR_ARG(rep), EH_ROTATION_LATE,
              d->late > 1 ? "; others were as far behind, so it was drawn among them" : "");
}

static void tell_last(const struct eh_deal_detail *d, char ret[SENTENCE_MAX])
{
    char day[EH_DECIMAL_TEXT_MAX];
    eh_date_print((int32_t)(d->last_closed_us / DAY_US), day);
    eh_format(
        ret, SENTENCE_MAX,
        "They closed the customer's last ticket, on %s (UTC), and nobody who could have got it"
        " has one open.",
        day);
}

static void tell(const struct eh_deal_detail *d, const struct eh_desk *desk,
                 const struct eh_receipt *receipt, char ret[SENTENCE_MAX])
{
    struct eh_str why = receipt->why, rep = receipt->rep;
    int64_t eligible = receipt->eligible;
    const struct eh_policy_row *policy = eh_policy_row_find(why);
    if (eh_str_equal(why, eh_str("manager"))) {
        tell_manager(receipt, ret);
        return;
    }
    if (d->last_ticket) {
        tell_last(d, ret);
        return;
    }
    if (tell_booked(why, ret))
        return;
    if (eligible <= 1)
        eh_format(ret, SENTENCE_MAX, "Nobody else could have got it then.");
    else if (d->pair[0].rep.size)
        tell_pair(d, desk, receipt, ret);
    else if (d->slots)
        eh_format(ret, SENTENCE_MAX,
                  "Of %lld who could have got it, with %llu slots left in the round, one slot was"
                  " drawn: it was %.*s's.",
                  (long long)eligible, (unsigned long long)d->slots, EH_STR_ARG(rep));
    else if (d->late)
        tell_late(d, rep, ret);
    else
        eh_format(ret, SENTENCE_MAX, "Of %lld who could have got it %.*s %s%s.",
                  (long long)eligible, EH_STR_ARG(rep), policy ? policy->chosen : "was chosen",
                  policy && receipt->draws.size ? policy->tied : "");
}

static json_t *draws_json(struct eh_str draws)
{
    json_t *list = json_array();
    for (uint32_t at = 0; at + RESULT_BYTES <= draws.size; at += RESULT_BYTES)
        json_array_append_new(list, eh_json_hex((const uint8_t *)draws.data + at, RESULT_BYTES));
    return list;
}

/* The score in tickets, for people. The exact numbers beside it decide. */
static json_t *score_json(const struct eh_deal_detail *d, const struct eh_compared *one)
{
    double weight = d->value_weight_ppm / (double)EH_PPM;
    double means = (double)one->means_nano / (double)NANO, dc = (double)one->dc_nano / (double)NANO;
    double score = (1 - weight) * dc + weight * (double)d->value / (double)d->mean * means;
    return json_real(round(score * SCORE_DIGITS) / SCORE_DIGITS);
}

static json_t *compared_json(const struct eh_receipt *receipt, const struct eh_deal_detail *d,
                             const struct eh_compared *one)
{
    json_t *item = json_object();
    bool shown = shows(receipt, one->rep), scored = shown && d->scored;
    eh_json_put_text(item, "rep", one->rep);
    eh_json_put(item, "deficit", shown ? eh_json_tickets(one->dc_nano) : NULL);
    eh_json_put(item, "deficit_value", shown ? json_integer(one->dv) : NULL);
    eh_json_put(item, "deficit_nano", shown ? json_integer(one->dc_nano) : NULL);
    eh_json_put(item, "means_nano", scored ? json_integer(one->means_nano) : NULL);
    eh_json_put(item, "score", scored ? score_json(d, one) : NULL);
    return item;
}

/* The policy that dealt it; why says so, or what led to the deal. NULL: no policy did, or the log
 * does not tell. */
static const char *policy_of(const struct eh_receipt *receipt, const struct eh_deal_detail *d)
{
    const struct eh_policy_row *row = eh_policy_row_find(receipt->why);
    return row                   ? row->name
           : d->pair[0].rep.size ? "balanced"
           : d->slots            ? "rotation"
           : d->late             ? "rotation"
           : d->ties             ? "least_loaded"
                                 : NULL;
}

/* All that is hashed for its draws, and what they are checked by: evenhand-proof(7). */
static void put_proof(json_t *body, const struct eh_receipt *receipt,
                      const struct eh_deal_detail *d, const struct eh_desk *desk)
{
    eh_json_put_text(body, "desk", desk->id);
    eh_json_put_text(body, "team", receipt->team);
    eh_json_put_hex(body, "digest", (const uint8_t *)receipt->digest.data, receipt->digest.size);
    eh_json_put_int(body, "deal", receipt->deal);
    eh_json_put_string(body, "policy", policy_of(receipt, d));
    eh_json_put_text(body, "commitment", receipt->commitment);
    eh_json_put_text(body, "seed", receipt->seed);
}

/* The customer's ticket that the rep closed, and that led to the deal. */
static void put_last(json_t *body, const struct eh_deal_detail *d)
{
    json_t *last = d->last_ticket ? json_object() : NULL;
    if (last) {
        eh_json_put_int(last, "number", (int64_t)d->last_ticket);
        eh_json_put_time(last, "closed_at", d->last_closed_us);
    }
    eh_json_put(body, "last", last);
}

static void put_compared(json_t *body, const struct eh_receipt *receipt,
                         const struct eh_deal_detail *d)
{
    json_t *compared = json_array();
    for (int i = 0; i < 2 && d->pair[i].rep.size; i++)
        json_array_append_new(compared, compared_json(receipt, d, &d->pair[i]));
    bool whole = receipt->whole && d->scored; /* the team's mean is no rep's to know */
    eh_json_put(body, "compared", compared);
    eh_json_put_bool(body, "tie", d->tie);
    eh_json_put(body, "value_booked", d->scored ? json_integer(d->value) : NULL);
    eh_json_put(body, "mean_value", whole ? json_integer(d->mean) : NULL);
    eh_json_put(body, "value_weight_ppm", d->scored ? json_integer(d->value_weight_ppm) : NULL);
    eh_json_put(body, "slots", d->slots ? json_integer((json_int_t)d->slots) : NULL);
    eh_json_put(body, "late", d->late ? json_integer((json_int_t)d->late) : NULL);
    eh_json_put(body, "ties", d->ties ? json_integer((json_int_t)d->ties) : NULL);
}

json_t *eh_json_tickets(int64_t nano)
{
    return json_real((double)eh_round_divide(nano, MILLI) / (double)(NANO / MILLI));
}

/* Whether its draws can be checked yet: that takes the seed of their draw epoch. */
static void put_check(json_t *body, const struct eh_receipt *receipt)
{
    char sentence[SENTENCE_MAX];
    bool drawn = receipt->draws.size > 0, revealed = receipt->seed.size > 0;
    const char *format =
        revealed ? "Its draw can be checked: the seed of draw epoch %lld is revealed."
        : receipt->over
            ? "Its draw can never be checked: the master key of draw epoch %lld is lost."
            : "Its draw can be checked when draw epoch %lld is over: then its seed is"
              " revealed.";
    eh_json_put(body, "checkable", drawn ? json_boolean(revealed) : NULL);
    if (drawn)
        eh_format(sentence, sizeof sentence, format, (long long)receipt->epoch);
    eh_json_put_string(body, "check", drawn ? sentence : NULL);
}

json_t *eh_json_receipt(const struct eh_receipt *receipt, const struct eh_desk *desk)
{
    struct eh_deal_detail detail = {.tie = false};
    char sentence[SENTENCE_MAX];
    json_t *body = json_object();
    if (eh_deal_detail_view(receipt->detail, &detail, NULL) < 0)
        detail = (struct eh_deal_detail){.tie = false};
    eh_json_put_text(body, "rep", receipt->rep);
    eh_json_put_text(body, "why", receipt->why);
    eh_json_put_text(body, "by", receipt->by);
    eh_json_put_text(body, "by_reason", receipt->said);
    eh_json_put_int(body, "epoch", receipt->epoch);
    eh_json_put_int(body, "eligible", receipt->eligible);
    /* of few shares the sum less one's own is a colleague's */
    eh_json_put(body, "shares_ppm", receipt->whole ? json_integer(receipt->weight) : NULL);
    eh_json_put(body, "draws", draws_json(receipt->draws));
    put_compared(body, receipt, &detail);
    put_proof(body, receipt, &detail, desk);
    put_last(body, &detail);
    tell(&detail, desk, receipt, sentence);
    eh_json_put_string(body, "reason", sentence);
    put_check(body, receipt);
    eh_json_put_text(body, "resent_of", receipt->resent_of);
    return body;
}
