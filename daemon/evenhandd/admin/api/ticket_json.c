/*
 * ticket_json: a ticket as JSON.
 */
#include "admin/api/api.h"

void eh_json_put_lapse(json_t *body, const struct eh_ticket_view *ticket)
{
    const char *then = ticket->lapse_returns ? "return" : "tell";
    eh_json_put_time(body, "lapses_at", ticket->lapses_us);
    eh_json_put_string(body, "lapse", ticket->lapses_us ? then : NULL);
}

json_t *eh_json_ticket(const struct eh_ticket_view *ticket, const struct eh_desk *desk)
{
    json_t *body = json_object();
    eh_json_put_text(body, "source", ticket->source);
    eh_json_put_text(body, "id", ticket->id);
    eh_json_put_int(body, "number", (int64_t)ticket->no);
    eh_json_put_text(body, "team", ticket->team);
    eh_json_put_text(body, "kind", ticket->kind);
    eh_json_put_int(body, "value", ticket->value);
    eh_json_put_text(body, "currency", desk ? desk->currency : eh_str(NULL));
    eh_json_put_int(body, "priority", ticket->priority);
    eh_json_put_int(body, "raised", ticket->raised);
    eh_json_put_int(body, "points", ticket->points);
    eh_json_put(body, "skills", eh_json_list(ticket->skills));
    eh_json_put_text(body, "resent_of", ticket->resent_of);
    eh_json_put_string(body, "state", eh_ticket_state_name(ticket->state));
    eh_json_put_text(body, "rep", ticket->rep);
    eh_json_put_text(body, "account", eh_desk_account(desk, ticket->rep, ticket->source));
    eh_json_put_text(body, "why", ticket->waiting_why);
    eh_json_put_time(body, "received_at", ticket->received_us);
    eh_json_put_time(body, "assigned_at", ticket->assigned_us);
    eh_json_put_time(body, "due_at", ticket->due_us);
    eh_json_put_lapse(body, ticket);
    eh_json_put_bool(body, "answered", ticket->answered);
    eh_json_put_bool(body, "late", ticket->late);
    eh_json_put_time(body, "paused_at", ticket->paused_us);
    eh_json_put(body, "paused_counts",
                ticket->paused_us ? json_boolean(ticket->paused_counts) : NULL);
    eh_json_put_time(body, "closed_at", ticket->closed_us);
    eh_json_put_text(body, "outcome", ticket->outcome);
    eh_json_put_int(body, "refunded", ticket->refunded);
    return body;
}
