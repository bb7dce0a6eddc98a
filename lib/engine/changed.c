/*
 * changed: the newest change of a ticket, as the helpdesk dates it (`changed_at`).
 *
 * Most tickets come without a date: those that have one stand in a table, so that no other ticket
 * takes memory for it.
 */
#include "changed.h"

#include "state.h"
#include "step.h"
#include "ticket.h"

int64_t eh_changed_get(const struct eh_engine *e, const struct ticket *t)
{
    uint64_t ms = 0;
    return e->changed.used && eh_table_get(&e->changed, ticket_identity(t), &ms) ? (int64_t)ms : 0;
}

int eh_changed_put(struct eh_engine *e, const struct ticket *t, int64_t ms)
{
    return ms > 0 ? eh_table_put(&e->changed, ticket_identity(t), (uint64_t)ms) : 0;
}

void eh_changed_drop(struct eh_engine *e, const struct ticket *t)
{
    if (e->changed.used && t->text)
        eh_table_remove(&e->changed, ticket_identity(t));
}

bool eh_changed_is_older(const struct eh_message *m, int64_t newest_ms)
{
    return eh_message_has(m, EH_FIELD_CHANGED_AT) && m->changed_at_ms < newest_ms;
}

int eh_changed_apply(struct step *s, const struct ticket *t)
{
    int64_t now_ms = s->now_us / 1000;
    if (!eh_message_has(&s->m, EH_FIELD_CHANGED_AT))
        return 0;
    return eh_changed_put(s->e, t, s->m.changed_at_ms < now_ms ? s->m.changed_at_ms : now_ms);
}
