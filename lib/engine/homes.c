/*
 * homes: the teams that a ticket was dealt in before the one it is in.
 *
 * A ticket that moves out of a team and back is not drawn again (ticket_come_home() in move.c). It
 * does not entitle anybody again: its receipt of that time goes on. No home is ever forgotten: a
 * ticket that can remember no more homes does not move to a further team.
 */
#include "homes.h"

#include "tail.h"
#include "ticket.h"
#include "units.h"

static uint32_t home_find(const struct tail *tail, uint32_t team)
{
    uint32_t at = 0;
    while (at < tail->home_count && tail->homes[at].team != team)
        at++;
    return at;
}

/* Whether somebody in its present team was given the ticket. */
static bool ticket_was_dealt(const struct ticket *t)
{
    return t->receipted || t->kept;
}

bool eh_homes_room(const struct ticket *t, uint32_t team)
{
    struct tail tail;
    eh_tail_read(t, &tail);
    return !ticket_was_dealt(t) || tail.home_count < EH_TICKET_TEAMS_MAX ||
           home_find(&tail, team) < tail.home_count;
}

/* The home that the ticket's present team will be, where it was given to somebody. */
static struct home home_here(const struct ticket *t)
{
    bool has = t->state == EH_TICKET_ASSIGNED;
    return (struct home){.booked = t->booked,
                         .team = t->team,
                         .rep = has ? t->rep : t->was,
                         .given = !has && !t->taken,
                         .left = t->left,
                         .returned = t->returned,
                         .kept = t->kept};
}

int eh_homes_move(struct ticket *t, uint32_t team, struct home *ret)
{
    struct tail tail;
    eh_tail_read(t, &tail);
    uint32_t at = home_find(&tail, team), count = tail.home_count;
    *ret = (struct home){.team = NONE, .rep = NONE};
    if (at < count) {
        *ret = tail.homes[at];
        tail.home_count--;
        memmove(&tail.homes[at], &tail.homes[at + 1], (tail.home_count - at) * sizeof *tail.homes);
    }
    if (ticket_was_dealt(t))
        tail.homes[tail.home_count++] = home_here(t);
    return tail.home_count || count ? eh_tail_write(t, &tail) : 0;
}
