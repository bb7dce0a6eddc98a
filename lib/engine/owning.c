/*
 * owning: reads who has a ticket, and writes no names of persons into the log who are not on the
 * desk.
 *
 * A rep stands in the log by their id, a manager by their user. Whoever else a helpdesk names is
 * only somebody there: nothing is decided by their name, and what the log does not have need not be
 * erased from it.
 */
#include "owning.h"

#include "identify.h"
#include "index.h"
#include "interner.h"
#include "member.h"
#include "named.h"
#include "state.h"
#include "step.h"
#include "ticket.h"

/* ---- What is said. */

static bool team_has_manager(const struct eh_desk_team *team, struct eh_str user)
{
    for (uint32_t i = 0; user.size && i < team->manager_count; i++)
        if (!team->managers[i].is_group && eh_str_equal(team->managers[i].name, user))
            return true;
    return false;
}

/* A user of the desk's managers, or a rep whose user is one. Who is in a group, only the system
 * knows: of them it is said (`manager`). */
static bool doer_is_manager(const struct eh_engine *e, uint32_t team_no, struct eh_str by,
                            uint32_t rep)
{
    const struct eh_desk_team *team = e->roster.teams[team_no].desk;
    const struct eh_desk_rep *known = rep != NONE && e->roster.reps[rep].present
                                          ? &e->desk->desk->reps[e->roster.reps[rep].desk_index]
                                          : NULL;
    return team_has_manager(team, by) || (known && team_has_manager(team, known->user));
}

/* Whether the one who did it is the one who has it now, whoever that is. */
static bool doer_is_owner(const struct eh_message *m, uint32_t by, uint32_t owner)
{
    return (by != NONE && by == owner) ||
           (m->by.size && (eh_str_equal(m->by, m->owner) || eh_str_equal(m->by, m->account)));
}

static struct eh_str owner_name(const struct eh_message *m)
{
    return eh_message_has(m, EH_FIELD_OWNER) ? m->owner : m->account;
}

struct owning eh_owning_said(const struct step *s, uint32_t team)
{
    const struct eh_message *m = &s->m;
    struct eh_str name = owner_name(m);
    uint32_t owner = eh_rep_of_helpdesk(s->e, m->source, name);
    struct owning now = {.nobody = name.size == 0,
                         .by = eh_rep_of_helpdesk(s->e, m->source, m->by)};
    now.own = doer_is_owner(m, now.by, owner);
    now.manager = eh_message_has(m, EH_FIELD_MANAGER) || doer_is_manager(s->e, team, m->by, now.by);
    now.owner = owner != NONE && eh_member_active(s->e, team, owner) != NONE ? owner : NONE;
    return now;
}

const char *eh_owning_why(const struct owning *now)
{
    return now->own ? "claimed" : now->manager ? "manager" : "given";
}

/* ---- What the log has of it. */

static struct eh_str rep_id(const struct eh_engine *e, uint32_t rep)
{
    return interned(&e->roster.rep_ids, rep);
}

static void text_set(struct eh_message *m, enum eh_field field, struct eh_str *at,
                     struct eh_str text)
{
    *at = text;
    m->has &= ~EH_FIELD_BIT(field);
    if (text.size)
        m->has |= EH_FIELD_BIT(field);
}

/* The team that the ticket is in, or NONE. */
static uint32_t ticket_team(const struct eh_engine *e, const struct eh_message *m)
{
    if (m->type == EH_MESSAGE_TICKET)
        return eh_interner_find(&e->roster.team_ids, m->team);
    uint32_t slot = eh_ticket_find(e, eh_ticket_identity(m->source, m->id));
    return slot == NONE ? NONE : e->tickets.slots[slot].team;
}

/* A name that may stand: of a manager, whom their user stands for. */
static bool doer_may_stand(const struct eh_engine *e, const struct eh_message *m)
{
    uint32_t team = ticket_team(e, m);
    const struct eh_desk_team *desk = team == NONE ? NULL : e->roster.teams[team].desk;
    return eh_message_has(m, EH_FIELD_MANAGER) || (desk && team_has_manager(desk, m->by));
}

/* One rep's account may be the id of another. Who did it is named as the owner is. */
static uint32_t rep_named(const struct eh_engine *e, const struct eh_message *m, struct eh_str name)
{
    return eh_message_has(m, EH_FIELD_OWNER) ? eh_rep_of_helpdesk(e, m->source, name)
                                             : eh_rep_of_account(e, m->source, name);
}

/* Before the owner gets the name that the log has. */
static void doer_name(const struct eh_engine *e, struct eh_message *m)
{
    uint32_t rep = rep_named(e, m, m->by);
    struct eh_str somebody = eh_str(EH_SOMEBODY), name = owner_name(m);
    if (rep != NONE)
        text_set(m, EH_FIELD_BY, &m->by, rep_id(e, rep));
    else if (!doer_may_stand(e, m))
        text_set(m, EH_FIELD_BY, &m->by, eh_str_equal(m->by, name) ? somebody : eh_str(NULL));
}

/* An `owner` that is nobody's stays what it is: null. */
static void owner_name_set(const struct eh_engine *e, struct eh_message *m)
{
    struct eh_str name = owner_name(m);
    uint32_t rep = rep_named(e, m, name);
    if (name.size == 0)
        return;
    text_set(m, EH_FIELD_OWNER, &m->owner, rep == NONE ? eh_str(NULL) : rep_id(e, rep));
    text_set(m, EH_FIELD_ACCOUNT, &m->account, rep == NONE ? eh_str(EH_SOMEBODY) : eh_str(NULL));
}

void eh_input_name(const struct eh_engine *e, struct eh_input *in)
{
    struct eh_message *m = &in->message;
    uint64_t named = m->has & (EH_FIELD_BIT(EH_FIELD_OWNER) | EH_FIELD_BIT(EH_FIELD_ACCOUNT) |
                               EH_FIELD_BIT(EH_FIELD_BY));
    if (e->rules < EH_RULES_NAMES || !named ||
        (m->type != EH_MESSAGE_TICKET && m->type != EH_MESSAGE_OWNER))
        return;
    doer_name(e, m); /* by comparing it with the owner as they are named there */
    owner_name_set(e, m);
    eh_input_identify(in);
}
