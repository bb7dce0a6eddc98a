/* policy: writes the desk file of a desk under another policy. */
#include "policy.h"

/* In double quotes; ids, names and skills have no control characters. */
static void yaml_put_quoted(struct eh_bytes *out, struct eh_str text)
{
    eh_bytes_put_u8(out, '"');
    for (uint32_t i = 0; i < text.size; i++) {
        if (text.data[i] == '"' || text.data[i] == '\\')
            eh_bytes_put_u8(out, '\\');
        eh_bytes_put_u8(out, (uint8_t)text.data[i]);
    }
    eh_bytes_put_u8(out, '"');
}

static void yaml_put_kinds(const struct eh_desk *desk, struct eh_bytes *out)
{
    eh_bytes_put_text(out, "kinds: {");
    for (uint32_t i = 0; i < desk->kind_count; i++) {
        eh_bytes_put_text(out, "%s", i ? ", " : "");
        yaml_put_quoted(out, desk->kinds[i].id);
        eh_bytes_put_text(out, ": {points: %u}", desk->kinds[i].points);
    }
    eh_bytes_put_text(out, "}\n");
}

static void yaml_put_rep(const struct eh_desk_rep *rep, struct eh_bytes *out)
{
    char share[EH_DECIMAL_TEXT_MAX];
    eh_decimal_print(rep->share_ppm, 6, share);
    eh_bytes_put_text(out, "  - {id: ");
    yaml_put_quoted(out, rep->id);
    eh_bytes_put_text(out, ", share: %s", share);
    for (uint32_t i = 0; i < rep->skill_count; i++) {
        eh_bytes_put_text(out, "%s", i ? ", " : ", skills: [");
        yaml_put_quoted(out, rep->skills[i]);
    }
    eh_bytes_put_text(out, "%s}\n", rep->skill_count ? "]" : "");
}

static void yaml_put_date(struct eh_bytes *out, const char *key, int32_t days)
{
    char text[EH_DECIMAL_TEXT_MAX];
    if (days == EH_DATE_ALWAYS || days == EH_DATE_NEVER)
        return;
    eh_date_print(days, text);
    eh_bytes_put_text(out, ", %s: %s", key, text);
}

static void yaml_put_at_most(const struct eh_desk_team *team, struct eh_bytes *out)
{
    if (!team->at_most_hour && !team->at_most_day)
        return;
    eh_bytes_put_text(out, "    at_most: {");
    if (team->at_most_hour)
        eh_bytes_put_text(out, "per_hour: %u%s", team->at_most_hour, team->at_most_day ? ", " : "");
    if (team->at_most_day)
        eh_bytes_put_text(out, "per_day: %u", team->at_most_day);
    eh_bytes_put_text(out, "}\n");
}

static void yaml_put_team(const struct eh_desk *desk, const struct eh_desk_team *team,
                          const char *policy, struct eh_bytes *out)
{
    char weight[EH_DECIMAL_TEXT_MAX];
    eh_ppm_print(team->value_weight_ppm, weight);
    eh_bytes_put_text(out, "  - id: ");
    yaml_put_quoted(out, team->id);
    eh_bytes_put_text(out, "\n    policy: %s\n    value_weight: %s\n    capacity: %u\n", policy,
                      weight, team->capacity);
    yaml_put_at_most(team, out);
    eh_bytes_put_text(out, "    affinity: \"%s\"\n    affinity_for: %llds\n    reps:%s\n",
                      team->affinity_open ? "open" : "off", (long long)team->affinity_for_s,
                      team->member_count ? "" : " []");
    for (uint32_t i = 0; i < team->member_count; i++) {
        eh_bytes_put_text(out, "      - {id: ");
        yaml_put_quoted(out, desk->reps[team->members[i].rep].id);
        yaml_put_date(out, "from", team->members[i].from);
        yaml_put_date(out, "until", team->members[i].until);
        eh_bytes_put_text(out, "}\n");
    }
}

int eh_policy_desk(const struct eh_desk *desk, const char *policy, struct eh_bytes *out)
{
    eh_bytes_put_text(out, "desk: ");
    yaml_put_quoted(out, desk->id);
    eh_bytes_put_text(out, "\ncurrency: %.*s\ntime_zone: %.*s\n", EH_STR_ARG(desk->currency),
                      EH_STR_ARG(desk->time_zone));
    yaml_put_kinds(desk, out);
    eh_bytes_put_text(out, "reps:%s\n", desk->rep_count ? "" : " []");
    for (uint32_t i = 0; i < desk->rep_count; i++)
        yaml_put_rep(&desk->reps[i], out);
    eh_bytes_put_text(out, "teams:%s\n", desk->team_count ? "" : " []");
    for (uint32_t i = 0; i < desk->team_count; i++)
        yaml_put_team(desk, &desk->teams[i], policy, out);
    return out->failed ? -EH_ENOMEM : 0;
}
