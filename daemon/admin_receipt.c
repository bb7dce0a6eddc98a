/*
 * admin_receipt: why a ticket went to whom it went, as a rep reads it: how many could have got it,
 * what was drawn, what was compared, and the reason in a sentence. A rep is told what they were
 * owed themselves, and of a colleague only that they were compared.
 */
#include "admin_internal.h"

#define SENTENCE_MAX 640
#define AMOUNT_MAX   96
#define NANO         INT64_C(1000000000)
#define MILLI        INT64_C(1000000) /* of 10^-9 */
#define RESULT_BYTES 8

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

/* What a colleague was owed, together with what they were entitled to, tells what they received. */
static bool shows(const struct eh_receipt *receipt, struct eh_str rep)
{
    return receipt->whole || eh_str_equal(receipt->reader, rep);
}

/* " (1.250 tickets and ...)", or nothing where it is not the reader's to know. */
static void put_owed(const struct eh_receipt *receipt, struct eh_str rep, int64_t count_nano,
                     int64_t value, const struct eh_desk *desk, char ret[AMOUNT_MAX])
{
    char owed[AMOUNT_MAX - 3];
    *ret = '\0';
    if (!shows(receipt, rep))
        return;
    put_deficit(count_nano, value, desk, owed, sizeof owed);
    eh_format(ret, AMOUNT_MAX, " (%s)", owed);
}

static void tell_pair(const struct eh_deal_detail *d, const struct eh_desk *desk,
                      const struct eh_receipt *receipt, char ret[SENTENCE_MAX])
{
    char first[AMOUNT_MAX], second[AMOUNT_MAX];
    put_owed(receipt, d->first, d->first_dc_nano, d->first_dv, desk, first);
    put_owed(receipt, d->second, d->second_dc_nano, d->second_dv, desk, second);
    eh_format(ret, SENTENCE_MAX,
              "Of %lld who could have got it two were drawn by share: %.*s%s and %.*s%s. %s"
              " %.*s.",
              (long long)receipt->eligible, EH_STR_ARG(d->first), first, EH_STR_ARG(d->second),
              second,
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
    {"reopened", "It was reopened, and had been with the same rep."},
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

static void tell(const struct eh_deal_detail *d, const struct eh_desk *desk,
                 const struct eh_receipt *receipt, char ret[SENTENCE_MAX])
{
    struct eh_str why = receipt->why, rep = receipt->rep;
    int64_t eligible = receipt->eligible;
    bool drawn = receipt->draws.size > 0;
    if (eh_str_equal(why, eh_str("manager"))) {
        tell_manager(receipt, ret);
        return;
    }
    if (tell_booked(why, ret))
        return;
    if (eligible <= 1)
        eh_format(ret, SENTENCE_MAX, "Nobody else could have got it then.");
    else if (d->first.size)
        tell_pair(d, desk, receipt, ret);
    else if (d->slots)
        eh_format(ret, SENTENCE_MAX,
                  "Of %lld who could have got it, with %llu slots left in the round, one slot was"
                  " drawn: it was %.*s's.",
                  (long long)eligible, (unsigned long long)d->slots, EH_STR_ARG(rep));
    else if (eh_str_equal(why, eh_str("least_loaded")))
        eh_format(ret, SENTENCE_MAX,
                  "Of %lld who could have got it %.*s had the least open work per share%s.",
                  (long long)eligible, EH_STR_ARG(rep),
                  drawn ? "; others had as little, so it was drawn among them" : "");
    else
        eh_format(ret, SENTENCE_MAX, "Of %lld who could have got it %.*s was %s.",
                  (long long)eligible, EH_STR_ARG(rep),
                  eh_str_equal(why, eh_str("random")) ? "drawn, by share" : "chosen");
}

static json_t *draws_json(struct eh_str draws)
{
    json_t *list = json_array();
    for (uint32_t at = 0; at + RESULT_BYTES <= draws.size; at += RESULT_BYTES)
        json_array_append_new(list, eh_json_hex((const uint8_t *)draws.data + at, RESULT_BYTES));
    return list;
}

static json_t *compared_json(const struct eh_receipt *receipt, struct eh_str rep,
                             int64_t count_nano, int64_t value)
{
    json_t *item = json_object();
    bool shown = shows(receipt, rep);
    eh_json_put(item, "rep", eh_json_text(rep));
    eh_json_put(item, "deficit", shown ? eh_json_tickets(count_nano) : NULL);
    eh_json_put(item, "deficit_value", shown ? json_integer(value) : NULL);
    return item;
}

json_t *eh_json_tickets(int64_t nano)
{
    return json_real((double)eh_round_divide(nano, MILLI) / (double)(NANO / MILLI));
}

json_t *eh_json_receipt(const struct eh_receipt *receipt, const struct eh_desk *desk)
{
    struct eh_deal_detail detail = {.tie = false};
    char sentence[SENTENCE_MAX];
    bool told = eh_deal_detail_view(receipt->detail, &detail, NULL) == 0;
    json_t *body = json_object(), *compared = json_array();
    eh_json_put(body, "rep", eh_json_text(receipt->rep));
    eh_json_put(body, "why", eh_json_text(receipt->why));
    eh_json_put(body, "by", receipt->by.size ? eh_json_text(receipt->by) : NULL);
    eh_json_put(body, "by_reason", receipt->said.size ? eh_json_text(receipt->said) : NULL);
    eh_json_put(body, "epoch", json_integer(receipt->epoch));
    eh_json_put(body, "eligible", json_integer(receipt->eligible));
    /* A sum of few shares, less one's own, is a colleague's. */
    eh_json_put(body, "shares_ppm", receipt->whole ? json_integer(receipt->weight) : NULL);
    eh_json_put(body, "draws", draws_json(receipt->draws));
    if (told && detail.first.size) {
        json_array_append_new(
            compared, compared_json(receipt, detail.first, detail.first_dc_nano, detail.first_dv));
        json_array_append_new(compared, compared_json(receipt, detail.second, detail.second_dc_nano,
                                                      detail.second_dv));
    }
    eh_json_put(body, "compared", compared);
    eh_json_put(body, "tie", json_boolean(detail.tie));
    eh_json_put(body, "slots", detail.slots ? json_integer((json_int_t)detail.slots) : NULL);
    tell(&detail, desk, receipt, sentence);
    eh_json_put(body, "reason", json_string(sentence));
    return body;
}
