/* me: who is asking, and what that means on this desk. */
#include "admin/api/api.h"

static json_t *managed_teams(const struct eh_peer *peer, const struct eh_desk *desk)
{
    json_t *list = json_array();
    for (uint32_t i = 0; desk && i < desk->team_count; i++)
        if (eh_peer_manages(peer, desk, desk->teams[i].id))
            json_array_append_new(list, eh_json_text(desk->teams[i].id));
    return list;
}

static json_t *kinds_of(const struct eh_desk *desk)
{
    json_t *list = json_array();
    for (uint32_t i = 0; desk && i < desk->kind_count; i++)
        json_array_append_new(list, eh_json_text(desk->kinds[i].id));
    return list;
}

void eh_admin_get_me(struct eh_admin_request *request)
{
    const struct eh_engine *engine = eh_app_engine(request->admin->app);
    const struct eh_desk *desk = eh_engine_desk(engine);
    const struct eh_peer *peer = request->peer;
    struct eh_rep_view rep;
    bool is_rep = peer->rep[0] && eh_engine_rep(engine, eh_str(peer->rep), &rep);
    json_t *body = json_object();
    eh_json_put_string(body, "user", peer->user);
    eh_json_put_string(body, "through", peer->through);
    eh_json_put(body, "roles", eh_admin_roles(peer));
    eh_json_put(body, "desk", desk ? eh_json_text(desk->id) : NULL);
    eh_json_put(body, "currency", desk ? eh_json_text(desk->currency) : NULL);
    eh_json_put(body, "time_zone", desk ? eh_json_text(desk->time_zone) : NULL);
    eh_json_put(body, "kinds", kinds_of(desk));
    eh_json_put(body, "manages", managed_teams(peer, desk));
    json_t *shown = is_rep ? eh_json_rep(engine, &rep) : NULL;
    if (shown)
        eh_json_put(shown, "signals", eh_json_outlook(request, rep.id));
    eh_json_put(body, "rep", shown);
    eh_admin_reply(request, 200, body);
}
