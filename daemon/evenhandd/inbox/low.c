/* low: the lowest entry that is not done yet. See inbox.h. */
#include "inbox/private.h"

/* Without the entries that are held. */
static struct eh_stream_id low_of_others(const struct eh_inbox *inbox)
{
    struct eh_stream_id low = inbox->swept ? inbox->next : inbox->floor, in_flight;
    if (eh_inbox_set_lowest(&inbox->set, &in_flight) && eh_stream_id_compare(in_flight, low) < 0)
        low = in_flight;
    if (inbox->releasing && eh_stream_id_compare(inbox->released_from, low) < 0)
        low = inbox->released_from;
    return low;
}

struct eh_stream_id eh_inbox_low(const struct eh_inbox *inbox)
{
    struct eh_stream_id low = low_of_others(inbox), held;
    if (eh_inbox_held_lowest(&inbox->held, &held) && eh_stream_id_compare(held, low) < 0)
        low = held;
    return low;
}

/* What is held is a ticket that the desk does not have, or is about one; only a woken entry is
 * about a ticket that came. */
bool eh_inbox_caught_up(const struct eh_inbox *inbox)
{
    bool woken = inbox->held.others > 0 && inbox->held.woken.used > 0;
    return inbox->read_all && !woken &&
           eh_stream_id_compare(low_of_others(inbox), inbox->end_at) >= 0;
}
