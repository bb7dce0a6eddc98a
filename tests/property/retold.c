/*
 * retold: whatever order a helpdesk's words about its tickets come in, and however often, each
 * ticket comes to stand as the newest word has it; nothing is refused, and what is told once more
 * in the end is no input.
 */
#include <criterion/criterion.h>

#include "../unit/engine_kit.h"
#include "seed.h"

#define HISTORIES 300
#define TICKETS   6
#define WORDS     12 /* about one ticket */

TestSuite(retold, .timeout = 1800);

static const char desk[] =
    "desk: main\ncurrency: EUR\ntime_zone: Europe/Oslo\n"
    "kinds: {order: {points: 2}, query: {points: 1}}\n"
    "reps: [{id: ana, skills: [de]}, {id: bob, skills: [fr]}, eva]\n"
    "teams: [{id: sales, policy: random, reps: [ana, bob], capacity: 9},\n"
    "        {id: care, policy: balanced, affinity: open, reps: [eva, ana]}]\n";

/* What the helpdesk says of a ticket at one moment. */
struct word {
    const char *team, *kind, *skills, *customer;
    int value, priority, at;
};

static struct word random_word(struct seed *seed, int at)
{
    static const char *const skills[] = {"", ",'skills':['de']", ",'skills':['fr']"};
    return (struct word){.team = seed_below(seed, 2) ? "sales" : "care",
                         .kind = seed_below(seed, 2) ? "order" : "query",
                         .skills = skills[seed_below(seed, 3)],
                         .customer = seed_below(seed, 2) ? "acme" : "bolt",
                         .value = (int)seed_below(seed, 4),
                         .priority = (int)seed_below(seed, 10),
                         .at = at};
}

static void tell(struct kit *k, int ticket, const struct word *word, bool dated)
{
    char at[40] = "";
    if (dated)
        snprintf(at, sizeof at, ",'changed_at':%lld", 1600000000000LL + word->at * 1000LL);
    kit_sendf(k,
              "{'type':'ticket','id':'T%d','team':'%s','kind':'%s','value':%d,'priority':%d,"
              "'customer':'%s'%s%s}",
              ticket, word->team, word->kind, word->value, word->priority, word->customer,
              word->skills, at);
    cr_assert_eq(k->result, 0, "%s", eh_code_name(k->result));
    cr_assert_not(k->fx.refused && !k->repeat, "%s", k->fx.reason.data);
}

static void expect_stands(const struct kit *k, int ticket, const struct word *word)
{
    char id[8];
    snprintf(id, sizeof id, "T%d", ticket);
    struct eh_ticket_view t = kit_ticket(k, id);
    cr_expect(kit_is(t.team, word->team) && kit_is(t.kind, word->kind), "%s", id);
    cr_expect(t.value == word->value && t.priority == word->priority, "%s", id);
    cr_expect_eq(t.skills.size == 0, word->skills[0] == 0, "%s", id);
}

/* Whatever happens beside it: a rep's signal, a manager, a part that is updated, a new start. */
static void meanwhile(struct kit *k, struct seed *seed)
{
    kit_pass(k, 1 + (int64_t)seed_below(seed, 40));
    if (seed_below(seed, 20) == 0)
        kit_restart(k);
    if (seed_below(seed, 10) == 0)
        kit_sendf(k, "{'type':'signal','rep':'ana','status':'%s'}",
                  seed_below(seed, 2) ? "away" : "available");
}

static void shuffle(struct seed *seed, int *order, int count)
{
    for (int i = count - 1; i > 0; i--) {
        int other = (int)seed_below(seed, (uint64_t)i + 1), kept = order[i];
        order[i] = order[other];
        order[other] = kept;
    }
}

static void history(struct seed *seed)
{
    struct kit k;
    struct word words[TICKETS][WORDS];
    int order[2 * TICKETS * WORDS], count = 0;
    kit_start(&k, desk);
    for (int t = 0; t < TICKETS; t++)
        for (int w = 0; w < WORDS; w++) {
            words[t][w] = random_word(seed, w);
            for (uint64_t times = 1 + seed_below(seed, 2); times; times--)
                order[count++] = t * WORDS + w;
        }
    shuffle(seed, order, count);
    for (int i = 0; i < count; i++) {
        tell(&k, order[i] / WORDS, &words[order[i] / WORDS][order[i] % WORDS], true);
        meanwhile(&k, seed);
    }
    for (int t = 0; t < TICKETS; t++) {
        expect_stands(&k, t, &words[t][WORDS - 1]);
        for (int w = 0; w < WORDS; w++) {
            tell(&k, t, &words[t][w], true);
            cr_expect(k.repeat);
        }
    }
    cr_expect(kit_sound(&k));
    cr_expect(eh_ledger_check(k.e));
    kit_done(&k);
}

Test(retold, in_any_order_the_newest_holds)
{
    struct seed seed = seed_start();
    for (int i = 0; i < HISTORIES; i++)
        history(&seed);
}

/* Without a date, in their order, each again as long as it is one of the last that were told. */
static void undated(struct seed *seed)
{
    struct kit k;
    struct word words[WORDS];
    kit_start(&k, desk);
    for (int w = 0; w < WORDS; w++) {
        words[w] = random_word(seed, w);
        words[w].value = w; /* each is another one */
        tell(&k, 0, &words[w], false);
        for (int again = 0; again < 3; again++) {
            int back = (int)seed_below(seed, EH_CONTENTS_MAX);
            tell(&k, 0, &words[w > back ? w - back : 0], false);
            cr_expect(k.repeat);
            meanwhile(&k, seed);
        }
        if (w < EH_CONTENTS_MAX)
            expect_stands(&k, 0, &words[w]);
    }
    cr_expect(kit_sound(&k));
    kit_done(&k);
}

Test(retold, without_a_date_late_ones_are_repeats)
{
    struct seed seed = seed_start();
    for (int i = 0; i < HISTORIES; i++)
        undated(&seed);
}
