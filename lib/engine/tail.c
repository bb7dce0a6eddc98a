/*
 * tail: what few tickets have, in bytes behind their texts: in memory and in images.
 */
#include "tail.h"

enum home_flag { HOME_GIVEN = 1, HOME_LEFT = 2, HOME_FLAGS = 3 };

_Static_assert(sizeof(struct home) * EH_TICKET_TEAMS_MAX <= UINT16_MAX, "tail_size holds it");

void eh_tail_read(const struct ticket *t, struct tail *ret)
{
    struct eh_str bytes = ticket_tail(t);
    ret->home_count = bytes.size / (uint32_t)sizeof *ret->homes;
    if (bytes.size)
        memcpy(ret->homes, bytes.data, bytes.size);
}

int eh_tail_write(struct ticket *t, const struct tail *tail)
{
    uint32_t size = tail->home_count * (uint32_t)sizeof *tail->homes;
    return eh_ticket_set_tail(t, eh_str_n((const char *)tail->homes, size));
}

void eh_tail_put(const struct eh_engine *e, const struct ticket *t, struct eh_bytes *out)
{
    struct tail tail;
    eh_tail_read(t, &tail);
    eh_bytes_put_u8(out, (uint8_t)tail.home_count);
    for (uint32_t i = 0; i < tail.home_count; i++) {
        const struct home *home = &tail.homes[i];
        eh_bytes_put_str(out, name_of(&e->team_names, home->team));
        eh_bytes_put_str(out, name_of(&e->rep_names, home->rep));
        eh_bytes_put_i(out, home->booked);
        eh_bytes_put_u8(out,
                        (uint8_t)((home->given ? HOME_GIVEN : 0) | (home->left ? HOME_LEFT : 0)));
    }
}

static bool is_named_before(const struct tail_image *image, uint32_t place)
{
    for (uint32_t i = 0; i < place; i++)
        if (eh_str_equal(image->teams[i], image->teams[place]))
            return true;
    return false;
}

void eh_tail_image(struct eh_reader *in, struct tail_image *ret)
{
    uint32_t count = eh_read_u8(in);
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
        in->failed |= flags > HOME_FLAGS || ret->teams[i].size == 0 || is_named_before(ret, i) ||
                      (ret->reps[i].size == 0 && !home->given);
    }
}

int eh_tail_take(struct eh_engine *e, const struct tail_image *image, struct ticket *t)
{
    struct tail tail = image->tail;
    int r = 0;
    for (uint32_t i = 0; r == 0 && i < tail.home_count; i++) {
        tail.homes[i].rep = NONE;
        r = eh_engine_add_team(e, image->teams[i], &tail.homes[i].team);
        if (r == 0 && image->reps[i].size)
            r = eh_engine_add_rep(e, image->reps[i], &tail.homes[i].rep);
        if (r == 0 && tail.homes[i].team == t->team)
            r = -EH_ECORRUPT;
    }
    return r == 0 && tail.home_count ? eh_tail_write(t, &tail) : r;
}
