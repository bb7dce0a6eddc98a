/* low: the lowest entry that is not done yet. See inbox.h. */
#include "inbox/private.h"

struct eh_stream_id eh_inbox_low(const struct eh_inbox *inbox)
{
    struct eh_stream_id low = inbox->swept ? inbox->next : inbox->floor, in_flight, held;
    if (eh_inbox_set_lowest(&inbox->set, &in_flight) && eh_stream_id_compare(in_flight, low) < 0)
        low = in_flight;
    if (eh_inbox_held_lowest(&inbox->held, &held) && eh_stream_id_compare(held, low) < 0)
        low = held;
    if (inbox->releasing && eh_stream_id_compare(inbox->released_from, low) < 0)
        low = inbox->released_from;
    return low;
}

bool eh_inbox_caught_up(const struct eh_inbox *inbox)
{
    return inbox->read_all && eh_stream_id_compare(eh_inbox_low(inbox), inbox->end_at) >= 0;
}
