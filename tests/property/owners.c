/*
 * owners: whatever the helpdesk says of who has a ticket, and whatever managers do meanwhile, the
 * sums of the ledger stay zero, a rep who gives a ticket away or drops it keeps the receipt,
 * whoever takes one takes it along, and what is held is open and nobody's.
 */
#include <criterion/criterion.h>

#include "../unit/engine_kit.h"
#include "history.h"

#define HISTORIES 600
#define STEPS     250

TestSuite(owners, .timeout = 1800);

/* What a message says, and how its ticket stood before it. */
struct world {
    struct history *h;
    struct eh_message m;
    struct eh_ticket_view before; /* texts in `room` */
    int64_t received, of_owner;   /* of the rep who had it, of who has it now */
    char team[8], rep[8], owner[8];
    uint64_t claims, gifts, drops, holds, ends, returns;
};

static int64_t received(const struct world *w, const char *rep)
{
    struct eh_member_view view = {0};
    eh_engine_member_of(w->h->e, eh_str(w->team), eh_str(rep), &view);
    return (int64_t)view.received;
}

/* Whoever left the team keeps an account that no view shows. */
static bool is_member(const struct world *w, const char *rep)
{
    struct eh_member_view view;
    return eh_engine_member_of(w->h->e, eh_str(w->team), eh_str(rep), &view);
}

static void keep(char to[8], struct eh_str text)
{
    memset(to, 0, 8);
    if (text.size)
        memcpy(to, text.data, text.size < 8 ? text.size : 7);
}

/* ---- what holds after every step */

static void expect_counts(const struct history *h)
{
    struct eh_totals totals;
    struct eh_ticket_view view;
    uint64_t held = 0, assigned = 0, waiting = 0, load = 0;
    eh_engine_totals(h->e, &totals);
    for (uint32_t i = 0; i < h->ticket_count; i++) {
        char id[16];
        eh_format(id, sizeof id, "T%u", i);
        if (!eh_engine_ticket(h->e, eh_str("default"), eh_str(id), &view))
            continue;
        held += view.state == EH_TICKET_HELD;
        assigned += view.state == EH_TICKET_ASSIGNED;
        waiting += view.state == EH_TICKET_WAITING;
        cr_assert_eq(view.rep.size > 0, view.state == EH_TICKET_ASSIGNED);
    }
    for (uint32_t i = 0; i < h->rep_count; i++) {
        char id[16];
        struct eh_rep_view rep;
        eh_format(id, sizeof id, "r%u", i);
        if (eh_engine_rep(h->e, eh_str(id), &rep))
            load += rep.open;
    }
    cr_assert_eq(totals.held, held);
    cr_assert_eq(totals.open, held + assigned);
    cr_assert_eq(totals.waiting, waiting);
    cr_assert_eq(load, assigned);
}

static void expect_sound(struct history *h)
{
    cr_assert(eh_ledger_check(h->e));
    cr_assert(eh_key_equal(eh_engine_digest(h->e), eh_engine_digest_anew(h->e)));
    expect_counts(h);
}

/* ---- what a message of the helpdesk comes to */

static bool did(const struct world *w, enum eh_deed deed)
{
    return w->h->fx.done.deed == deed;
}

/* How many tickets of the team the rep got in this very step: whoever lost one may get another. */
static int64_t got(const struct world *w, const char *rep)
{
    const struct eh_effects *fx = &w->h->fx;
    int64_t times = 0;
    for (uint32_t i = fx->first; i < fx->count; i++)
        times += fx->items[i].type == EH_NOTICE_ASSIGNED &&
                 eh_str_equal(fx->items[i].team, eh_str(w->team)) &&
                 eh_str_equal(fx->items[i].rep, eh_str(rep));
    return times;
}

static void take_owner(struct world *w)
{
    bool had = w->before.state == EH_TICKET_ASSIGNED && is_member(w, w->rep);
    int64_t now = received(w, w->rep);
    if (had && (did(w, EH_DEED_GIFT) || did(w, EH_DEED_DROP)))
        cr_assert_eq(now, w->received + got(w, w->rep), "%s keeps the receipt", w->rep);
    if (had && did(w, EH_DEED_CLAIM)) {
        cr_assert_eq(now, w->received - 1 + got(w, w->rep), "%s took it from %s", w->owner, w->rep);
        cr_assert_eq(received(w, w->owner), w->of_owner + got(w, w->owner));
    }
    w->claims += did(w, EH_DEED_CLAIM);
    w->gifts += did(w, EH_DEED_GIFT);
    w->drops += did(w, EH_DEED_DROP);
}

static void after(struct history *h)
{
    struct world *w = h->context;
    if (w->m.type == EH_MESSAGE_OWNER && h->in->message.type == EH_MESSAGE_OWNER)
        take_owner(w);
    for (uint32_t i = h->fx.first; i < h->fx.count; i++) {
        w->holds += h->fx.items[i].type == EH_NOTICE_HELD;
        w->ends += w->before.state == EH_TICKET_HELD && h->fx.items[i].type == EH_NOTICE_ASSIGNED;
        w->returns += eh_str_equal(h->fx.items[i].why, eh_str("return"));
    }
    expect_sound(h);
}

/* ---- what happens */

/* Somebody on the desk, or nobody there. */
static struct eh_str somebody(struct history *h)
{
    return history_text(h, history_below(h, 4) ? "r%u" : "outsider%u",
                        history_below(h, h->rep_count));
}

static struct eh_message owner(struct history *h)
{
    struct eh_message m = history_on_ticket(h, EH_MESSAGE_OWNER);
    if (history_below(h, 4)) {
        m.owner = somebody(h);
        m.has |= EH_FIELD_BIT(EH_FIELD_OWNER);
    }
    if (history_below(h, 3)) {
        m.by = m.owner.size && history_below(h, 2) ? m.owner : somebody(h);
        m.has |= EH_FIELD_BIT(EH_FIELD_BY);
    }
    return m;
}

static int step(struct world *w, struct eh_message m)
{
    struct history *h = w->h;
    w->m = m;
    w->before = (struct eh_ticket_view){0};
    if (eh_message_has(&m, EH_FIELD_ID) && eh_engine_ticket(h->e, m.source, m.id, &w->before)) {
        keep(w->team, w->before.team);
        keep(w->rep, w->before.rep);
        keep(w->owner, m.owner);
        w->received = received(w, w->rep);
        w->of_owner = received(w, w->owner);
    }
    return history_step(h, m);
}

static struct eh_message outcome(struct history *h)
{
    struct eh_message m = history_outcome(h);
    if (history_below(h, 2))
        m.outcome = EH_OUTCOME_REOPENED;
    return m;
}

static int go_on(struct world *w)
{
    struct history *h = w->h;
    uint32_t what = history_below(h, 100);
    if (h->ticket_count == 0 || (what < 25 && h->ticket_count < HISTORY_TICKETS))
        return step(w, history_ticket(h));
    if (what < 60)
        return step(w, owner(h));
    if (what < 68)
        return step(w, history_on_ticket(h, EH_MESSAGE_RETURN));
    if (what < 78)
        return step(w, outcome(h));
    if (what < 86)
        return step(w, history_manager(h));
    if (what < 94)
        return step(w, history_signal(h));
    if (what < 97) {
        history_write_desk(h);
        w->m = (struct eh_message){.type = EH_MESSAGE_DESK};
        return history_apply_desk(h);
    }
    h->date += what < 99;
    return step(w, (struct eh_message){.type = EH_MESSAGE_DAY});
}

static void live(struct world *w)
{
    w->h->after = after;
    w->h->context = w;
    for (int i = 0; i < STEPS; i++) {
        w->h->now_us += (int64_t)history_below(w->h, 1200) * 1000000;
        w->m = (struct eh_message){.type = EH_MESSAGE_DUE};
        cr_assert_eq(history_due(w->h), 0);
        cr_assert_eq(go_on(w), 0, "step %d: %s", i, eh_code_name(w->h->result));
        if (i % 25 == 24) { /* a restart knows as much */
            struct eh_engine *again = kit_restored(w->h->e);
            eh_engine_free(w->h->e);
            w->h->e = again;
        }
    }
}

Test(owners, the_sums_stay_zero_whoever_is_said_to_have_a_ticket)
{
    struct seed seed = seed_start();
    struct world all = {.h = NULL};
    for (int i = 0; i < HISTORIES; i++) {
        struct history h;
        struct world w = {.h = &h};
        history_start(&h, seed_next(&seed));
        live(&w);
        history_done(&h);
        all.claims += w.claims;
        all.gifts += w.gifts;
        all.drops += w.drops;
        all.holds += w.holds;
        all.ends += w.ends;
        all.returns += w.returns;
    }
    fprintf(stderr,
            "# %llu claims, %llu gifts, %llu drops, %llu held, %llu of them ended, %llu "
            "returned\n",
            (unsigned long long)all.claims, (unsigned long long)all.gifts,
            (unsigned long long)all.drops, (unsigned long long)all.holds,
            (unsigned long long)all.ends, (unsigned long long)all.returns);
    cr_assert(all.claims > 500 && all.gifts > 500 && all.drops > 500 && all.holds > 500 &&
              all.ends > 100 && all.returns > 100);
}
