/*
 * tail: what few tickets have, in bytes behind their texts: in memory and in images.
 */
#include "tail.h"

#include "interner.h"
#include "state.h"
#include "ticket.h"
#include "ticket_text.h"

/* Numbers are stored: never change, never reuse. */
enum home_flag { HOME_GIVEN = 1, HOME_LEFT = 2, HOME_KEPT = 4, HOME_RETURNED = 8, HOME_FLAGS = 15 };

/* What a tail in memory has beside its homes. */
enum tail_part { TAIL_CONTENTS = 1, TAIL_ANSWER = 2 };

/* A tail in memory: the size of an id, the id; which parts there are, and these; the homes. */
#define TAIL_MAX                                                                                   \
    (2 + EH_NAME_MAX + sizeof(struct contents) + sizeof(struct first_answer) +                     \
     EH_TICKET_TEAMS_MAX * sizeof(struct home))

_Static_assert(TAIL_MAX <= UINT16_MAX && EH_NAME_MAX <= UINT8_MAX, "their sizes hold it");

void eh_tail_read(const struct ticket *t, struct tail *ret)
{
    struct eh_str bytes = ticket_tail(t);
    ret->resent_of = eh_str_n(NULL, 0);
    ret->home_count = ret->contents.count = 0;
    ret->answer = (struct first_answer){.told = false};
    if (bytes.size == 0)
        return;
    ret->resent_of = eh_str_n(bytes.data + 1, (uint8_t)bytes.data[0]);
    uint32_t at = 1 + ret->resent_of.size;
    int parts = (uint8_t)bytes.data[at++];
    if (parts & TAIL_CONTENTS) {
        memcpy(&ret->contents, bytes.data + at, sizeof ret->contents);
        at += sizeof ret->contents;
    }
    if (parts & TAIL_ANSWER) {
        memcpy(&ret->answer, bytes.data + at, sizeof ret->answer);
        at += sizeof ret->answer;
    }
    ret->home_count = (bytes.size - at) / (uint32_t)sizeof *ret->homes;
    if (ret->home_count)
        memcpy(ret->homes, bytes.data + at, ret->home_count * sizeof *ret->homes);
}

struct eh_str eh_ticket_resent_of(const struct ticket *t)
{
    struct tail tail;
    eh_tail_read(t, &tail);
    return tail.resent_of;
}

static size_t bytes_add(char *to, size_t at, const void *from, size_t size)
{
    if (size)
        memcpy(to + at, from, size);
    return at + size;
}

int eh_tail_write(struct ticket *t, const struct tail *tail)
{
    char bytes[TAIL_MAX];
    bool contents = tail->contents.count > 0, answer = tail->answer.told || tail->answer.paused;
    bool any = tail->resent_of.size || contents || answer || tail->home_count;
    bytes[0] = (char)tail->resent_of.size;
    size_t size = bytes_add(bytes, 1, tail->resent_of.data, tail->resent_of.size);
    bytes[size++] = (char)((contents ? TAIL_CONTENTS : 0) | (answer ? TAIL_ANSWER : 0));
    size = bytes_add(bytes, size, &tail->contents, contents ? sizeof tail->contents : 0);
    size = bytes_add(bytes, size, &tail->answer, answer ? sizeof tail->answer : 0);
    size = bytes_add(bytes, size, tail->homes, tail->home_count * sizeof *tail->homes);
    return eh_ticket_set_tail(t, eh_str_n(bytes, any ? (uint32_t)size : 0));
}

static uint8_t home_flags(const struct home *home)
{
    return (uint8_t)((home->given ? HOME_GIVEN : 0) | (home->left ? HOME_LEFT : 0) |
                     (home->kept ? HOME_KEPT : 0) | (home->returned ? HOME_RETURNED : 0));
}

void eh_tail_put(const struct eh_engine *e, const struct ticket *t, struct eh_bytes *out)
{
    struct tail tail;
    if (t->tail_size == 0) { /* few have one, and this runs at every change of a ticket */
        eh_bytes_put_u8(out, 0);
        eh_bytes_put_str(out, eh_str_n(NULL, 0));
        return;
    }
    eh_tail_read(t, &tail);
    eh_bytes_put_u8(out, (uint8_t)tail.home_count);
    for (uint32_t i = 0; i < tail.home_count; i++) {
        const struct home *home = &tail.homes[i];
        eh_bytes_put_str(out, interned(&e->roster.team_ids, home->team));
        eh_bytes_put_str(out, interned(&e->roster.rep_ids, home->rep));
        eh_bytes_put_i(out, home->booked);
        eh_bytes_put_u8(out, home_flags(home));
    }
    eh_bytes_put_str(out, tail.resent_of);
}

static bool team_is_named_before(const struct tail_image *image, uint32_t place)
{
    for (uint32_t i = 0; i < place; i++)
        if (eh_str_equal(image->teams[i], image->teams[place]))
            return true;
    return false;
}

void eh_tail_image(struct eh_reader *in, uint8_t version, struct tail_image *ret)
{
    uint32_t count = version < 6 ? 0 : eh_read_u8(in);
    in->failed |= count > EH_TICKET_TEAMS_MAX;
    ret->tail.home_count = in->failed ? 0 : count;
    for (uint32_t i = 0; i < ret->tail.home_count; i++) {
        struct home *home = &ret->tail.homes[i];
        ret->teams[i] = eh_read_str(in);
        ret->reps[i] = eh_read_str(in);
        home->booked = eh_read_i(in);
        uint8_t flags = eh_read_u8(in);
        home->given = flags & HOME_GIVEN;
        home->left = flags & HOME_LEFT;
        home->kept = flags & HOME_KEPT;
        home->returned = flags & HOME_RETURNED;
        in->failed |= flags > HOME_FLAGS || ret->teams[i].size == 0 ||
                      team_is_named_before(ret, i) || (ret->reps[i].size == 0 && !home->given);
    }
    ret->tail.resent_of = version < 7 ? eh_str_n(NULL, 0) : eh_read_str(in);
    in->failed |= ret->tail.resent_of.size > EH_NAME_MAX;
}

int eh_tail_take(struct eh_engine *e, const struct tail_image *image, struct ticket *t)
{
    struct tail tail = image->tail;
    int r = 0;
    for (uint32_t i = 0; r == 0 && i < tail.home_count; i++) {
        tail.homes[i].rep = NONE;
        r = eh_intern_team(e, image->teams[i], &tail.homes[i].team);
        if (r == 0 && image->reps[i].size)
            r = eh_intern_rep(e, image->reps[i], &tail.homes[i].rep);
        if (r == 0 && tail.homes[i].team == t->team)
            r = -EH_ECORRUPT;
    }
    bool any = tail.home_count || tail.resent_of.size;
    return r == 0 && any ? eh_tail_write(t, &tail) : r;
}
