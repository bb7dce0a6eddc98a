/*
 * returns: whoever can move, release, reopen, give away and change the desk as they like gets no
 * second draw of a ticket in a team, unless whoever had it gave it back there or left; and each of
 * those is told as a further deal.
 */
#include <criterion/criterion.h>

#include "../unit/engine_kit.h"
#include "history.h"

#define HISTORIES 1500
#define STEPS     250
#define TICKETS   10

TestSuite(returns, .timeout = 1800);

/* A ticket in a team, as its notices tell it. */
struct place {
    bool had;       /* somebody had it there */
    bool given;     /* ... and it was given back there since */
    char holder[8]; /* who had it last */
};

struct world {
    struct history *h;
    struct place places[TICKETS][HISTORY_TEAMS];
    struct eh_message m; /* of the step under way */
    uint64_t deals, further, returned, told;
};

static uint32_t number_of(struct eh_str id)
{
    char text[8] = "";
    memcpy(text, id.data + 1, id.size - 1);
    return (uint32_t)strtoul(text, NULL, 10);
}

static struct place *place_of(struct world *w, struct eh_str id, struct eh_str team)
{
    return &w->places[number_of(id)][number_of(team)];
}

static bool is_active(const struct world *w, struct eh_str team, const char *rep)
{
    struct eh_member_view view;
    return eh_engine_member_of(w->h->e, team, eh_str(rep), &view) && view.active;
}

/* Their tickets are being taken from them: by a release, or by rounds of one or of a leaver. */
static bool is_released(const struct world *w, const char *rep)
{
    bool release = w->m.type == EH_MESSAGE_RELEASE && eh_str_equal(w->m.rep, eh_str(rep));
    return release || w->m.type == EH_MESSAGE_DUE;
}

static void hold(struct place *place, struct eh_str rep)
{
    *place = (struct place){.had = true};
    memcpy(place->holder, rep.data, rep.size);
}

static void on_deal(void *context, const struct eh_deal *deal)
{
    struct world *w = context;
    struct place *place = place_of(w, deal->id, deal->team);
    bool override = eh_str_equal(deal->why, eh_str("manager"));
    cr_assert_eq(deal->further, place->had, "ticket %.*s", EH_STR_ARG(deal->id));
    w->deals++;
    w->told += deal->further && !override;
    if (place->had && !override) {
        w->further++;
        cr_assert(place->given || !is_active(w, deal->team, place->holder) ||
                      is_released(w, place->holder),
                  "ticket %.*s was drawn again in %.*s, where %s has it", EH_STR_ARG(deal->id),
                  EH_STR_ARG(deal->team), place->holder);
        cr_assert_str_eq(place->holder,
                         deal->was.size ? eh_arena_str(&w->h->arena, deal->was).data : "");
    }
    hold(place, deal->rep);
}

/* To whoever had it last there, and to nobody whose it is not any more. */
static void take_return(struct world *w, const struct eh_effect *f)
{
    struct place *place = place_of(w, f->id, f->team);
    cr_assert(place->had && !place->given, "ticket %.*s", EH_STR_ARG(f->id));
    cr_assert(eh_str_equal(f->rep, eh_str(place->holder)), "ticket %.*s", EH_STR_ARG(f->id));
    w->returned++;
}

static void take_effects(struct history *h)
{
    struct world *w = h->context;
    for (uint32_t i = 0; i < h->fx.count; i++) {
        const struct eh_effect *f = &h->fx.items[i];
        if (f->type == EH_NOTICE_RETURNED ||
            (f->type == EH_NOTICE_ASSIGNED && eh_str_equal(f->why, eh_str("returned"))))
            take_return(w, f);
        else if (f->type == EH_NOTICE_WAITING && f->was.size)
            place_of(w, f->id, f->team)->given = true;
        else if (f->type == EH_NOTICE_ASSIGNED)
            place_of(w, f->id, f->team)->given = false;
    }
    cr_assert(eh_ledger_check(h->e));
    cr_assert(eh_key_equal(eh_engine_digest(h->e), eh_engine_digest_anew(h->e)));
}

static int step(struct world *w, struct eh_message m)
{
    w->m = m;
    return history_step(w->h, m);
}

static struct eh_message move(struct history *h)
{
    struct eh_message m = history_on_ticket(h, EH_MESSAGE_MOVE);
    m.team = history_text(h, "t%u", history_below(h, HISTORY_TEAMS));
    m.has |= EH_FIELD_BIT(EH_FIELD_TEAM);
    return m;
}

static struct eh_message outcome(struct history *h)
{
    struct eh_message m = history_on_ticket(h, EH_MESSAGE_OUTCOME);
    m.outcome = history_below(h, 3) ? EH_OUTCOME_REOPENED : EH_OUTCOME_CANCELLED;
    m.has |= EH_FIELD_BIT(EH_FIELD_OUTCOME);
    return m;
}

static int tamper(struct world *w)
{
    struct history *h = w->h;
    uint32_t what = history_below(h, 100);
    if (what < 20 && h->ticket_count < TICKETS)
        return step(w, history_ticket(h));
    if (what < 55 && h->ticket_count > 0)
        return step(w, move(h));
    if (what < 65 && h->ticket_count > 0)
        return step(w, outcome(h));
    if (what < 80 && h->ticket_count > 0)
        return step(w, history_manager(h));
    if (what < 90)
        return step(w, history_signal(h));
    if (what < 94) {
        history_write_desk(h);
        w->m = (struct eh_message){.type = EH_MESSAGE_DESK};
        return history_apply_desk(h);
    }
    h->date += what < 97;
    return step(w, (struct eh_message){.type = EH_MESSAGE_DAY});
}

/* A restart in between knows as much. */
static void restart(struct world *w)
{
    struct eh_engine *again = kit_restored(w->h->e);
    eh_engine_free(w->h->e);
    w->h->e = again;
    cr_assert_eq(eh_engine_observe(w->h->e, on_deal, w), 0);
}

static void live(struct world *w)
{
    cr_assert_eq(eh_engine_observe(w->h->e, on_deal, w), 0);
    w->h->after = take_effects;
    w->h->context = w;
    for (int i = 0; i < STEPS; i++) {
        w->h->now_us += (int64_t)history_below(w->h, 1200) * 1000000;
        w->m = (struct eh_message){.type = EH_MESSAGE_DUE};
        cr_assert_eq(history_due(w->h), 0);
        cr_assert_eq(tamper(w), 0, "step %d: %s", i, eh_code_name(w->h->result));
        if (i % 50 == 49)
            restart(w);
    }
}

Test(returns, nobody_gets_a_second_draw_that_is_not_told)
{
    struct seed seed = seed_start();
    uint64_t deals = 0, further = 0, returned = 0;
    for (int i = 0; i < HISTORIES; i++) {
        struct history h;
        struct world w = {.h = &h};
        uint64_t start = seed_next(&seed);
        history_start(&h, start);
        live(&w);
        cr_assert_eq(w.told, w.further, "history %llu", (unsigned long long)start);
        deals += w.deals;
        further += w.further;
        returned += w.returned;
        history_done(&h);
    }
    fprintf(stderr, "# %llu deals, %llu of them further ones, %llu returns\n",
            (unsigned long long)deals, (unsigned long long)further, (unsigned long long)returned);
    cr_assert_gt(returned, 1000);
    cr_assert_gt(further, 1000);
}
