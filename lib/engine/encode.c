/*
 * encode: the canonical bytes of every object of the state.
 *
 * The same bytes stand in snapshots, in images and under the digest. Names are written as ids,
 * never as numbers.
 */
#include "image.h"
#include "stored.h"
#include "stays.h"

#include <stdlib.h>

static void put_key(struct eh_bytes *out, struct eh_key key)
{
    uint8_t bytes[16];
    eh_key_bytes(key, bytes);
    eh_bytes_put(out, bytes, sizeof bytes);
}

static struct eh_key read_key(struct eh_reader *in)
{
    const uint8_t *bytes = eh_read_bytes(in, 16);
    return bytes ? eh_key_from_bytes(bytes) : (struct eh_key){0, 0};
}

static void put_wide(struct eh_bytes *out, __int128 number)
{
    eh_bytes_put_i(out, (int64_t)(number >> 64));
    eh_bytes_put_u(out, (uint64_t)number);
}

static void put_amount(struct eh_bytes *out, struct amount amount)
{
    put_wide(out, amount.count);
    put_wide(out, amount.value);
}

__int128 eh_read_wide(struct eh_reader *in)
{
    unsigned __int128 high = (unsigned __int128)eh_read_i(in);
    return (__int128)(high << 64 | eh_read_u(in));
}

struct amount eh_read_amount(struct eh_reader *in)
{
    struct amount amount;
    amount.count = eh_read_wide(in);
    amount.value = eh_read_wide(in);
    return amount;
}

bool eh_read_flag(struct eh_reader *in)
{
    uint8_t flag = eh_read_u8(in);
    in->failed |= flag > 1; /* there is one way to write it */
    return flag == 1;
}

/* ---- tickets */

static void put_story(const struct eh_engine *e, const struct story *story, struct eh_bytes *out)
{
    eh_bytes_put_u8(out, story != NULL);
    if (!story)
        return;
    eh_story_put_sum(&story->base, out);
    eh_bytes_put_str(out, name_of(&e->team_names, story->first_team));
    eh_bytes_put_str(out, eh_str_n((const char *)story->journal, story->journal_size));
}

void eh_encode_ticket(const struct eh_engine *e, const struct ticket *t, struct eh_bytes *out)
{
    eh_bytes_put_u8(out, IMAGE_VERSION);
    eh_bytes_put_u(out, t->no);
    eh_bytes_put_str(out, ticket_source(t));
    eh_bytes_put_str(out, ticket_id(t));
    eh_bytes_put_str(out, ticket_skills(t));
    put_key(out, t->digest);
    eh_bytes_put_u8(out, t->has_customer);
    if (t->has_customer)
        put_key(out, ticket_customer(t));
    eh_bytes_put_str(out, name_of(&e->team_names, t->team));
    eh_bytes_put_str(out, name_of(&e->kind_names, t->kind));
    eh_bytes_put_str(out, name_of(&e->rep_names, t->rep));
    eh_bytes_put_str(out, name_of(&e->rep_names, t->was));
    eh_bytes_put_u8(
        out, (uint8_t)(t->state | (t->aside ? TICKET_ASIDE : 0) | (t->left ? TICKET_LEFT : 0)));
    eh_bytes_put_u8(out, t->priority);
    eh_bytes_put_u8(out, t->outcome);
    eh_bytes_put_u(out, t->points);
    eh_bytes_put_u(out, t->deals);
    eh_bytes_put_i(out, t->value);
    eh_bytes_put_i(out, t->refunded);
    eh_bytes_put_i(out, t->received_us);
    eh_bytes_put_i(out, t->assigned_us);
    eh_bytes_put_i(out, eh_ticket_closed_us(t));
    eh_bytes_put_u(out, t->stream_ms);
    eh_bytes_put_u(out, t->stream_no);
    eh_bytes_put_u8(out, t->receipted);
    eh_bytes_put_i(out, t->booked);
    eh_bytes_put_i(out, t->created_us);
    eh_bytes_put_i(out, t->first_us);
    eh_bytes_put_i(out, t->closed_date);
    put_story(e, t->story, out);
    eh_bytes_put_i(out, eh_changed_get(e, t));
    eh_tail_put(e, t, out);
    eh_bytes_put_u(out, t->likeness);
}

static void read_names(struct eh_reader *in, struct image *image)
{
    image->source = eh_read_str(in);
    image->id = eh_read_str(in);
    image->skills = eh_read_str(in);
    image->t.digest = read_key(in);
    image->customer = eh_read_flag(in) ? eh_read_bytes(in, 16) : NULL;
    image->team = eh_read_str(in);
    image->kind = eh_read_str(in);
    image->rep = eh_read_str(in);
    image->was = eh_read_str(in);
}

static void read_numbers(struct eh_reader *in, struct ticket *t)
{
    t->state = eh_read_u8(in);
    t->aside = (t->state & TICKET_ASIDE) != 0;
    t->left = (t->state & TICKET_LEFT) != 0;
    t->state &= (uint8_t) ~(TICKET_ASIDE | TICKET_LEFT);
    t->priority = eh_read_u8(in);
    t->outcome = eh_read_u8(in);
    t->points = eh_read_u32(in);
    t->deals = eh_read_u32(in);
    t->value = eh_read_i(in);
    t->refunded = eh_read_i(in);
    t->received_us = eh_read_i(in);
    t->assigned_us = eh_read_i(in);
    int64_t closed_us = eh_read_i(in);
    if (t->state == EH_TICKET_CLOSED)
        t->closed_us = closed_us;
    in->failed |= t->state != EH_TICKET_CLOSED && closed_us != 0;
    t->stream_ms = eh_read_u(in);
    t->stream_no = eh_read_u(in);
}

/* Images from before there were receipts: whoever got a ticket got it as it was worth. */
static void read_receipt(struct eh_reader *in, uint8_t version, struct ticket *t)
{
    t->receipted = version == 1 ? t->deals > 0 : eh_read_flag(in);
    t->booked = version == 1 ? (t->deals > 0 ? t->value : 0) : eh_read_i(in);
}

/* Images from before there were bonus periods: of a closing that is in none of them. */
static void read_times(struct eh_reader *in, uint8_t version, struct ticket *t)
{
    t->created_us = version < 3 ? t->received_us : eh_read_i(in);
    t->first_us = version < 3 ? t->assigned_us : eh_read_i(in);
    t->closed_date = version < 3 ? 0 : eh_read_i32(in);
}

/* Images from before there were stories have none. */
static void read_story(struct eh_reader *in, uint8_t version, struct image *image)
{
    struct tale tale = {.count = 0};
    image->has_story = version >= 4 && eh_read_flag(in);
    if (!image->has_story)
        return;
    eh_story_read_sum(in, &image->base);
    image->first_team = eh_read_str(in);
    image->journal = eh_read_str(in);
    in->failed |= in->failed || !eh_tale_read(image->journal, &image->base, &tale);
    image->sum = tale.sum;
}

/* What the ticket says and what its story comes to are the same. */
static bool has_sound_story(const struct image *image)
{
    const struct ticket *t = &image->t;
    const struct story_sum *sum = &image->sum;
    return !image->has_story || (eh_story_sum_is_sound(sum) && t->outcome == sum->outcome &&
                                 t->value == sum->value && t->refunded == sum->refunded &&
                                 (!sum->outcome || (t->closed_us == sum->closed_us &&
                                                    t->closed_date == sum->closed_date)));
}

static bool has_sound_numbers(const struct ticket *t)
{
    const int64_t times[] = {t->received_us, t->assigned_us, eh_ticket_closed_us(t), t->created_us,
                             t->first_us};
    int64_t left; /* to be refunded */
    bool sound =
        eh_is_date(t->closed_date) && !__builtin_sub_overflow(t->value, t->refunded, &left);
    for (size_t i = 0; i < sizeof times / sizeof *times; i++)
        sound &= eh_is_time(times[i]);
    return sound;
}

static bool is_sound(const struct image *image)
{
    const struct ticket *t = &image->t;
    bool closed = t->state == EH_TICKET_CLOSED;
    return image->changed_ms >= 0 && image->changed_ms <= EH_INTEGER_MAX && has_sound_numbers(t) &&
           has_sound_story(image) && t->state >= EH_TICKET_WAITING &&
           t->state <= EH_TICKET_CLOSED && t->priority <= 9 && closed == (t->outcome != 0) &&
           t->outcome <= EH_OUTCOME_CANCELLED && image->team.size && image->kind.size &&
           image->source.size <= UINT16_MAX && image->id.size <= UINT16_MAX &&
           image->skills.size <= UINT16_MAX &&
           (t->state != EH_TICKET_ASSIGNED || image->rep.size > 0) &&
           (t->state != EH_TICKET_WAITING || image->rep.size == 0);
}

int eh_image_read(struct eh_reader *in, struct image *ret)
{
    struct image image = {
        .t = {.set = NONE, .next = NONE, .previous = NONE, .newer = NONE, .older = NONE}};
    uint8_t version = eh_read_u8(in);
    if (version < 1 || version > IMAGE_VERSION)
        return in->failed ? -EH_ECORRUPT : -EH_EVERSION;
    image.t.no = eh_read_u(in);
    read_names(in, &image);
    read_numbers(in, &image.t);
    read_receipt(in, version, &image.t);
    read_times(in, version, &image.t);
    read_story(in, version, &image);
    image.changed_ms = version < 5 ? 0 : eh_read_i(in);
    eh_tail_image(in, version, &image.tail);
    image.t.likeness = version < 7 ? 0 : eh_read_u32(in);
    if (in->failed || !is_sound(&image))
        return -EH_ECORRUPT;
    *ret = image;
    return 0;
}

static int add_rep(struct eh_engine *e, struct eh_str id, uint32_t *ret)
{
    *ret = NONE;
    return id.size ? eh_engine_add_rep(e, id, ret) : 0;
}

/* The ticket's own, of a sound image. */
static int make_story(struct eh_engine *e, const struct image *image, struct ticket *t)
{
    struct story *story;
    struct tale tale;
    uint32_t team = NONE;
    if (!image->has_story)
        return 0;
    int r = image->first_team.size ? eh_engine_add_team(e, image->first_team, &team) : 0;
    if (r == 0)
        r = eh_tale_read(image->journal, &image->base, &tale) ? eh_tale_close(&tale, &story)
                                                              : -EH_ECORRUPT;
    if (r < 0)
        return r;
    story->first_team = team;
    t->story = story;
    return 0;
}

int eh_decode_ticket(struct eh_engine *e, struct eh_reader *in, struct ticket *ret)
{
    struct image image;
    int r = eh_image_read(in, &image);
    if (r == 0)
        r = eh_engine_add_team(e, image.team, &image.t.team);
    if (r == 0)
        r = eh_engine_add_kind(e, image.kind, &image.t.kind);
    if (r == 0)
        r = add_rep(e, image.rep, &image.t.rep);
    if (r == 0)
        r = add_rep(e, image.was, &image.t.was);
    if (r == 0)
        r = eh_ticket_set_text(&image.t, image.source, image.id, image.skills, image.customer,
                               eh_str_n(NULL, 0));
    if (r < 0)
        return r;
    r = eh_tail_take(e, &image.tail, &image.t);
    if (r == 0)
        r = make_story(e, &image, &image.t);
    if (r == 0)
        r = eh_changed_put(e, &image.t, image.changed_ms);
    if (r < 0)
        free(image.t.text);
    else
        *ret = image.t;
    return r;
}

/* ---- the others */

static void put_rate(struct eh_bytes *out, const struct rate *rate)
{
    eh_bytes_put_i(out, rate->minute_us);
    eh_bytes_put_i(out, rate->last_us);
    eh_bytes_put_u(out, rate->minute_count);
    eh_bytes_put_u(out, rate->day_count);
    eh_bytes_put_i(out, rate->date);
}

static void put_held(struct eh_bytes *out, const struct held *held)
{
    eh_bytes_put_i(out, held->until_us);
    eh_bytes_put_i(out, held->for_s);
    eh_bytes_put_u8(out, held->status);
    eh_bytes_put_u8(out, held->has_for);
    eh_bytes_put_str(out, eh_str_n(held->reason, held->reason_size));
    eh_bytes_put_str(out, eh_str_n(held->by, held->by_size));
}

static uint8_t flags_of_rep(const struct rep *rep)
{
    return (uint8_t)((rep->signalled ? REP_SIGNALLED : 0) | (rep->releasing ? REP_RELEASING : 0) |
                     (rep->gone ? REP_GONE : 0) | (rep->back ? REP_BACK : 0) |
                     (rep->leaves_told ? REP_LEAVES_TOLD : 0) | (rep->ended ? REP_ENDED : 0));
}

void eh_encode_rep(const struct eh_engine *e, uint32_t no, struct eh_bytes *out)
{
    const struct rep *rep = &e->reps[no];
    eh_bytes_put_str(out, e->rep_names.items[no]);
    eh_bytes_put_u8(out, rep->status);
    eh_bytes_put_u8(out, flags_of_rep(rep));
    eh_bytes_put_i(out, rep->since_us);
    eh_bytes_put_i(out, rep->until_us);
    eh_bytes_put_str(out, eh_str_n(rep->reason, rep->reason_size));
    eh_bytes_put_str(out, eh_str_n(rep->scope, rep->scope_size));
    eh_bytes_put_u(out, rep->released);
    eh_bytes_put_u(out, rep->release_round);
    eh_bytes_put_str(out, eh_str_n(rep->leaves, rep->leaves_size));
    eh_bytes_put_str(out, eh_str_n(rep->by, rep->by_size));
    eh_bytes_put_u(out, rep->overloads);
    eh_bytes_put_i(out, rep->overload_over_us);
    eh_bytes_put_str(out, eh_str_n(rep->away_in, rep->away_in_size));
    put_held(out, &rep->held);
    put_rate(out, &rep->changes);
    put_rate(out, &rep->said);
    eh_bytes_put_u(out, rep->newest_ms);
    eh_bytes_put_u(out, rep->newest_no);
}

void eh_encode_account(const struct eh_engine *e, const struct account *a, struct eh_bytes *out)
{
    eh_bytes_put_str(out, e->team_names.items[a->team]);
    eh_bytes_put_str(out, e->rep_names.items[a->rep]);
    eh_bytes_put_i(out, a->received);
    put_wide(out, a->received_value);
    put_amount(out, a->offset);
    put_wide(out, a->turns);
}

void eh_encode_ledger(const struct eh_engine *e, uint32_t team, struct eh_bytes *out)
{
    const struct ledger *ledger = &e->teams[team].ledger;
    eh_bytes_put_str(out, e->team_names.items[team]);
    eh_bytes_put_u8(out, ledger->used);
    eh_bytes_put_u(out, ledger->dealt);
    put_wide(out, ledger->dealt_value);
    eh_bytes_put_i(out, ledger->in_air);
    put_wide(out, ledger->in_air_value);
    put_amount(out, ledger->loose);
}

void eh_encode_set(const struct eh_engine *e, const struct team *team, const struct skill_set *set,
                   struct eh_bytes *out)
{
    (void)e;
    eh_bytes_put_str(out, team->desk->id);
    eh_bytes_put_str(out, eh_str_n(set->skills, set->skills_size));
    eh_bytes_put_u8(out, set->dealt);
    put_amount(out, set->clock);
    put_amount(out, set->carry);
    put_wide(out, set->turns.clock);
    put_wide(out, set->turns.carry);
    eh_bytes_put_u(out, set->turns.level);
}

void eh_encode_slot(const struct slot *slot, struct eh_bytes *out)
{
    eh_bytes_put_u(out, slot->slots);
    eh_bytes_put_u(out, slot->credit);
    put_wide(out, slot->offset);
}

void eh_encode_parked(const struct parked *p, struct eh_bytes *out)
{
    eh_bytes_put_u(out, p->input);
    put_key(out, p->identity);
    eh_bytes_put_i(out, p->until_us);
    eh_bytes_put_u(out, p->stream_ms);
    eh_bytes_put_u(out, p->stream_no);
    eh_bytes_put_u8(out, (uint8_t)(p->origin | (p->judged ? EH_PARKED_JUDGED : 0)));
    eh_bytes_put_str(out, eh_str_n((const char *)p->body, p->body_size));
}

void eh_encode_purse(const struct eh_engine *e, uint32_t team, struct eh_bytes *out)
{
    const struct purse *purse = &e->teams[team].purse;
    eh_bytes_put_str(out, e->team_names.items[team]);
    eh_bytes_put_u8(out, purse->used);
    eh_bytes_put_i(out, purse->planned_on);
    eh_bytes_put_i(out, purse->settled);
    eh_bytes_put_i(out, purse->carry_open);
}

/* What was handed in stands here as its hash: this is on the way of every outcome. */
void eh_encode_period(const struct eh_engine *e, const struct period *p, struct eh_bytes *out)
{
    eh_bytes_put_str(out, e->team_names.items[p->team]);
    eh_bytes_put_u8(out, p->period.kind);
    eh_bytes_put_i(out, p->period.number);
    eh_bytes_put_u8(out, p->state);
    eh_bytes_put_u(out, p->late);
    eh_bytes_put_u(out, p->last_version);
    eh_bytes_put_u(out, p->paid_version);
    eh_bytes_put_i(out, p->gross);
    eh_bytes_put_i(out, p->carry);
    eh_bytes_put_i(out, p->net);
    eh_bytes_put_i(out, p->carry_open);
    put_key(out, p->frozen_key);
    put_key(out, p->statement_key);
    put_wide(out, p->revenue);
    put_wide(out, p->response_ms);
    put_wide(out, p->cycle_ms);
    eh_bytes_put_i(out, p->ratings);
    eh_bytes_put_i(out, p->rating_sum);
    eh_bytes_put_i(out, p->reopened);
    eh_bytes_put_i(out, p->responses);
    eh_bytes_put_i(out, p->cycles);
    if (e->rules < EH_RULES_TICKETS) /* DESK inputs of older logs recall such bytes */
        return;
    eh_bytes_put_i(out, p->firsts);
    eh_bytes_put_i(out, p->cancelled);
}

void eh_encode_fact(const struct eh_engine *e, const struct fact *fact, struct eh_bytes *out)
{
    eh_bytes_put_u8(out, fact->type);
    eh_bytes_put_str(out, name_of(&e->rep_names, fact->rep));
    eh_bytes_put_str(out, name_of(&e->kind_names, fact->kind));
    eh_bytes_put_str(out, eh_str_n(fact->name, fact->name_size));
    eh_bytes_put_u8(out, (uint8_t)((fact->has_paid ? FACT_PAID : 0) |
                                   (fact->has_contract ? FACT_CONTRACT : 0) |
                                   (fact->excluded ? FACT_EXCLUDED : 0)));
    const int64_t numbers[] = {fact->closed,   fact->won,   fact->lost, fact->paid,
                               fact->contract, fact->count, fact->last};
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        eh_bytes_put_i(out, numbers[i]);
    put_wide(out, fact->sum);
}

/* The plans that were published before there was a rule for what nobody earns: no part of the
 * desk's text. */
static void put_published(const struct eh_engine *e, struct eh_bytes *out)
{
    uint32_t count = 0, plans = e->desk ? e->desk->desk->plan_count : 0;
    for (uint32_t i = 0; i < plans; i++)
        count += e->desk->desk->plans[i].before_unearned;
    eh_bytes_put_u(out, count);
    for (uint32_t i = 0; i < plans; i++)
        if (e->desk->desk->plans[i].before_unearned)
            eh_bytes_put_str(out, e->desk->desk->plans[i].id);
}

void eh_encode_globals(const struct eh_engine *e, struct eh_bytes *out)
{
    eh_bytes_put_u(out, e->input);
    eh_bytes_put_u(out, e->seq);
    eh_bytes_put_u(out, e->dead);
    eh_bytes_put_i(out, e->at_us);
    eh_bytes_put_i(out, e->date);
    eh_bytes_put_u8(out, e->has_day);
    eh_bytes_put_u(out, e->epoch);
    eh_bytes_put_u(out, e->rules);
    eh_bytes_put_str(out, name_of(&e->team_names, e->turn));
    eh_bytes_put_u8(out, e->desk != NULL);
    if (e->desk)
        eh_bytes_put(out, e->desk->hash, sizeof e->desk->hash);
    if (e->rules >= EH_RULES_STAYS) {
        eh_bytes_put_i(out, e->told_from);
        eh_encode_zones(e, out);
    }
    put_published(e, out);
    if (e->committed) /* at the end: states from before there were commitments read the same */
        eh_bytes_put(out, e->commitment, sizeof e->commitment);
}
