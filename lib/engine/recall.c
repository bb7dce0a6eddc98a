/*
 * recall: reads a closed ticket, as PostgreSQL has it, into memory.
 */
#include "recall.h"

#include "image.h"
#include "state.h"
#include "step.h"
#include "ticket.h"
#include "tickets.h"

int eh_ticket_recall(struct step *s, struct eh_key identity, uint32_t *ret)
{
    struct eh_engine *e = s->e;
    struct eh_str image = s->in->recalled.ticket_image;
    uint32_t slot;
    int r = eh_ticket_alloc(e, &slot);
    if (r < 0)
        return r;
    struct eh_reader in = eh_reader(image.data, image.size);
    r = eh_decode_ticket(e, &in, &e->tickets.slots[slot]);
    if (r == 0 && (!eh_reader_complete(&in) || e->tickets.slots[slot].state != EH_TICKET_CLOSED ||
                   !eh_key_equal(ticket_identity(&e->tickets.slots[slot]), identity)))
        r = -EH_ECORRUPT;
    if (r < 0)
        eh_ticket_drop(e, slot);
    else
        *ret = slot;
    return r;
}
