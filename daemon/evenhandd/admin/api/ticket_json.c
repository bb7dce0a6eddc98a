/*
 * ticket_json: a ticket as JSON.
 */
#include "admin/api/api.h"

json_t *eh_json_ticket(const struct eh_ticket_view *ticket, const struct eh_desk *desk)
{
    json_t *body = json_object();
    eh_json_put(body, "source", eh_json_text(ticket->source));
    eh_json_put(body, "id", eh_json_text(ticket->id));
    eh_json_put(body, "number", json_integer((json_int_t)ticket->no));
    eh_json_put(body, "team", eh_json_text(ticket->team));
    eh_json_put(body, "kind", eh_json_text(ticket->kind));
    eh_json_put(body, "value", json_integer(ticket->value));
    eh_json_put(body, "currency", eh_json_text(desk ? desk->currency : eh_str(NULL)));
    eh_json_put(body, "priority", json_integer(ticket->priority));
    eh_json_put(body, "points", json_integer(ticket->points));
    eh_json_put(body, "skills", eh_json_list(ticket->skills));
    eh_json_put(body, "resent_of", ticket->resent_of.size ? eh_json_text(ticket->resent_of) : NULL);
    eh_json_put(body, "state", eh_json_string(eh_ticket_state_name(ticket->state)));
    eh_json_put(body, "rep", eh_json_text(ticket->rep));
    eh_json_put(body, "account", eh_json_text(eh_desk_account(desk, ticket->rep, ticket->source)));
    eh_json_put(body, "why", eh_json_text(ticket->waiting_why));
    eh_json_put(body, "received_at", eh_json_time(ticket->received_us));
    eh_json_put(body, "assigned_at", eh_json_time(ticket->assigned_us));
    eh_json_put(body, "closed_at", eh_json_time(ticket->closed_us));
    eh_json_put(body, "outcome", eh_json_text(ticket->outcome));
    eh_json_put(body, "refunded", json_integer(ticket->refunded));
    return body;
}
