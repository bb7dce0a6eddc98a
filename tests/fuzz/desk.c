/* fuzz/desk: any bytes as a desk file. What is read keeps every promise of desk.h. */
#include <evenhand/wire/desk.h>

#include "fuzz.h"

static void check_rep(const struct eh_desk_rep *rep)
{
    eh_require(eh_id_valid(rep->id));
    eh_require(eh_name_valid(rep->name, EH_NAME_MAX));
    eh_require(rep->user.size <= EH_DESK_USER_MAX);
    eh_require(rep->share_ppm >= 1 && rep->share_ppm <= EH_PPM);
    eh_require(rep->skill_count <= EH_DESK_REP_SKILLS_MAX);
    eh_require(rep->account_count <= EH_DESK_ACCOUNTS_MAX);
    for (uint32_t i = 1; i < rep->skill_count; i++)
        eh_require(eh_str_compare(rep->skills[i - 1], rep->skills[i]) < 0);
}

static void check_members(const struct eh_desk *desk, const struct eh_desk_team *team)
{
    for (uint32_t i = 0; i < team->member_count; i++) {
        const struct eh_desk_member *m = &team->members[i];
        eh_require(m->rep < desk->rep_count);
        eh_require(m->from <= m->until);
        if (i == 0)
            continue;
        const struct eh_desk_member *before = m - 1;
        eh_require(before->rep < m->rep || (before->rep == m->rep && before->until < m->from));
    }
}

static void check_team(const struct eh_desk *desk, const struct eh_desk_team *team)
{
    eh_require(eh_id_valid(team->id));
    eh_require(eh_name_valid(team->name, EH_NAME_MAX));
    eh_require(team->manager_count <= EH_DESK_MANAGERS_MAX);
    for (uint32_t i = 0; i < team->manager_count; i++)
        eh_require(eh_name_valid(team->managers[i].name, EH_DESK_USER_MAX));
    eh_require(team->policy.size > 0);
    eh_require(team->value_weight_ppm <= EH_PPM);
    eh_require(team->capacity <= EH_DESK_CAPACITY_MAX);
    eh_require(team->affinity_for_s >= 1 && team->affinity_for_s <= EH_DESK_DURATION_MAX_S);
    eh_require(team->overloaded_at_least_s >= 0);
    eh_require(team->overloaded_at_least_s <= team->overloaded_at_most_s);
    eh_require(team->overloaded_at_most_s <= EH_DESK_DURATION_MAX_S);
    check_members(desk, team);
}

/* Each account of each rep is found, and is theirs. */
static void check_accounts(const struct eh_desk *desk)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < desk->rep_count; i++)
        for (uint32_t n = 0; n < desk->reps[i].account_count; n++, count++) {
            const struct eh_desk_account *account = &desk->reps[i].accounts[n];
            eh_require(eh_name_valid(account->source, EH_NAME_MAX));
            eh_require(eh_name_valid(account->account, EH_DESK_ACCOUNT_MAX));
            eh_require(eh_desk_find_account(desk, account->source, account->account) ==
                       &desk->reps[i]);
        }
    eh_require(count == desk->account_count);
}

static void check_desk(const struct eh_desk *desk)
{
    check_accounts(desk);
    eh_require(eh_id_valid(desk->id));
    eh_require(eh_currency_exponent(desk->currency) == (int)desk->currency_exponent);
    eh_require(desk->resend_within_s >= 0 && desk->resend_within_s <= EH_DESK_DURATION_MAX_S);
    eh_require(desk->kind_count >= 1 && desk->kind_count <= EH_DESK_KINDS_MAX);
    for (uint32_t i = 0; i < desk->kind_count; i++) {
        eh_require(desk->kinds[i].points >= 1 && desk->kinds[i].points <= EH_DESK_POINTS_MAX);
        eh_require(eh_desk_kind(desk, desk->kinds[i].id) == &desk->kinds[i]);
    }
    for (uint32_t i = 0; i < desk->rep_count; i++) {
        check_rep(&desk->reps[i]);
        eh_require(eh_desk_rep(desk, desk->reps[i].id) == &desk->reps[i]);
    }
    for (uint32_t i = 0; i < desk->team_count; i++) {
        check_team(desk, &desk->teams[i]);
        eh_require(eh_desk_team(desk, desk->teams[i].id) == &desk->teams[i]);
    }
}

static void count_line(void *context, const char *line)
{
    size_t *count = context;
    eh_require(*line != '\0');
    ++*count;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    EH_AUTO(eh_arena) struct eh_arena arena = EH_ARENA_INIT;
    struct eh_desk *desk = NULL;
    struct eh_error error = {0};
    int r = eh_desk_parse(eh_str_n((const char *)data, size), &arena, &desk, &error);
    if (r < 0) {
        eh_require(!desk && r == -error.code);
        eh_require(error.text[0] >= '1' && error.text[0] <= '9');
        eh_require(eh_utf8_valid(eh_str(error.text), NULL));
        return 0;
    }
    check_desk(desk);
    size_t count = 0;
    eh_require(eh_desk_diff(desk, desk, count_line, &count) == 0 && count == 0);
    eh_require(eh_desk_diff(NULL, desk, count_line, &count) == count && count > 0);
    count = 0;
    eh_require(eh_desk_warnings(desk, count_line, &count) == count);
    return 0;
}
