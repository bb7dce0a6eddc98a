/*
 * team_times: which times a team keeps, as its desk file has them. Null: it has none.
 */
#include "admin/api/team_times.h"

/* The id of a calendar; "own": hours that only this team has. */
static json_t *hours_json(const struct eh_desk_team *team)
{
    if (!team->hours)
        return NULL;
    return team->hours->id.size ? eh_json_text(team->hours->id) : json_string("own");
}

static json_t *answers_json(const struct eh_desk_team *team)
{
    json_t *list = json_array();
    for (uint32_t i = 0; i < team->answer_count; i++) {
        json_t *one = json_object();
        eh_json_put_text(one, "kind", team->answers[i].kind);
        eh_json_put_int(one, "within", team->answers[i].within_s);
        json_array_append_new(list, one);
    }
    return list;
}

static json_t *overflow_json(const struct eh_desk_team *team)
{
    if (!team->overflow_after_s)
        return NULL;
    json_t *body = json_object();
    eh_json_put_int(body, "after", team->overflow_after_s);
    eh_json_put_text(body, "to", team->overflow_to);
    return body;
}

static json_t *unanswered_json(const struct eh_desk_team *team)
{
    if (!team->unanswered_after_s)
        return NULL;
    json_t *body = json_object();
    eh_json_put_int(body, "after", team->unanswered_after_s);
    eh_json_put_string(body, "then", team->unanswered_returns ? "return" : "tell");
    return body;
}

/* Null where who comes back has all of their share. */
static json_t *ramp_json(const struct eh_desk_team *team)
{
    if (!team->ramp_ppm)
        return NULL;
    json_t *body = json_object();
    eh_json_put_int(body, "share_ppm", team->ramp_ppm);
    eh_json_put_int(body, "for", team->ramp_for_s);
    return body;
}

void eh_admin_put_team_times(const struct eh_desk_team *team, json_t *body)
{
    static const char *const affinities[] = {
        [EH_AFFINITY_OFF] = "off", [EH_AFFINITY_OPEN] = "open", [EH_AFFINITY_LAST] = "last"};
    bool last = team->affinity == EH_AFFINITY_LAST;
    eh_json_put(body, "hours", hours_json(team));
    eh_json_put(body, "answer_within", answers_json(team));
    eh_json_put(body, "overflow", overflow_json(team));
    eh_json_put(body, "unanswered", unanswered_json(team));
    eh_json_put(body, "ages", team->ages_s ? json_integer(team->ages_s) : NULL);
    eh_json_put_string(body, "affinity", affinities[team->affinity]);
    eh_json_put(body, "affinity_for", last ? json_integer(team->affinity_for_s) : NULL);
    eh_json_put(body, "ramp", ramp_json(team));
}
