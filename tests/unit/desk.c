/*
 * unit/desk: desk files that are read, desk files that are refused and the sentence each gets, what
 * a change says, and what is advised against.
 *
 * data/desk/bad holds the refused ones; data/desk/bad.sentences has a line for each of them: its
 * name, a tab, and the sentence. `least_loaded...` stands for that policy and those that came
 * later.
 */
#include <evenhand/wire/desk.h>
#include <evenhand/wire/message.h>
#include <evenhand/wire/policies.h>

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>

#include <criterion/criterion.h>

#define FILE_MAX  65536
#define LINES_MAX 4096 /* bytes of all lines a diff says */

struct loaded {
    struct eh_arena arena;
    struct eh_desk *desk;
    struct eh_error error;
    int r;
    char *text;
    uint32_t size;
};

static void loaded_done(struct loaded *l)
{
    eh_arena_done(&l->arena);
    free(l->text);
}

/* A copy of exactly its size, so that a sanitizer sees a read behind its end. */
static struct loaded load_bytes(const char *data, size_t size)
{
    struct loaded l = {.text = malloc(size ? size : 1), .size = (uint32_t)size};
    cr_assert_not_null(l.text);
    memcpy(l.text, data, size);
    l.r = eh_desk_parse_new(eh_str_n(l.text, size), &l.arena, &l.desk, &l.error);
    return l;
}

static struct loaded load_text(const char *text)
{
    return load_bytes(text, strlen(text));
}

static struct loaded load_file(const char *folder, const char *name)
{
    static char data[FILE_MAX];
    char path[1024];
    snprintf(path, sizeof path, TEST_DATA "/desk/%s/%s", folder, name);
    FILE *file = fopen(path, "rb");
    cr_assert_not_null(file, "%s", path);
    size_t size = fread(data, 1, sizeof data, file);
    fclose(file);
    return load_bytes(data, size);
}

static struct loaded good(const char *name)
{
    struct loaded l = load_file("good", name);
    cr_assert_eq(l.r, 0, "%s: %s", name, l.error.text);
    return l;
}

static void expect_text(struct eh_str text, const char *wanted)
{
    cr_expect(eh_str_equal(text, eh_str(wanted)), "`%.*s`, not `%s`", EH_STR_ARG(text), wanted);
}

static int32_t date(const char *text)
{
    int32_t days = 0;
    cr_assert_eq(eh_date_parse(eh_str(text), &days, NULL), 0);
    return days;
}

/* --- What is read --- */

Test(desk, reads_the_example_of_the_contract)
{
    EH_AUTO(loaded) struct loaded l = good("contract.yaml");
    const struct eh_desk *desk = l.desk;
    expect_text(desk->id, "main");
    expect_text(desk->currency, "EUR");
    cr_expect_eq(desk->currency_exponent, 2);
    expect_text(desk->time_zone, "Europe/Oslo");
    cr_assert_eq(desk->kind_count, 3);
    cr_expect_eq(eh_desk_kind(desk, eh_str("order"))->points, 2);
    cr_expect_eq(eh_desk_kind(desk, eh_str("query"))->points, 1);
    const struct eh_desk_rep *ana = eh_desk_rep(desk, eh_str("ana"));
    expect_text(ana->name, "Ana");
    expect_text(ana->user, "ana");
    cr_expect_eq(ana->share_ppm, EH_PPM);
    cr_expect_eq(ana->since, date("2021-03-01"));
    cr_expect_eq(ana->skill_count, 0);
    const struct eh_desk_team *sales = eh_desk_team(desk, eh_str("sales"));
    cr_assert_eq(sales->member_count, 2);
    cr_expect_eq(sales->members[0].from, EH_DATE_ALWAYS);
    cr_expect_eq(sales->members[0].until, EH_DATE_NEVER);
    expect_text(desk->reps[sales->members[1].rep].id, "eli");
    cr_expect_eq(sales->members[1].from, date("2026-01-01"));
    cr_expect_eq(sales->members[1].until, date("2026-03-20"));
    cr_assert_eq(sales->manager_count, 2);
    cr_expect(!sales->managers[0].is_group);
    cr_expect(sales->managers[1].is_group);
    expect_text(sales->managers[1].name, "leads");
}

/* The defaults are those the contract's example spells out. */
Test(desk, what_is_left_out_has_its_default)
{
    EH_AUTO(loaded) struct loaded least = good("least.yaml");
    expect_text(least.desk->id, "main");
    expect_text(least.desk->currency, "EUR");
    expect_text(least.desk->time_zone, "Europe/Oslo");
    cr_expect_eq(least.desk->resend_within_s, 86400);
    cr_assert_eq(least.desk->kind_count, 3);
    cr_expect_eq(eh_desk_kind(least.desk, eh_str("quote"))->points, 2);
    cr_expect_eq(least.desk->rep_count + least.desk->team_count, 0);

    EH_AUTO(loaded) struct loaded l = load_text("reps: [ana]\nteams: [{id: sales, reps: [ana]}]");
    cr_assert_eq(l.r, 0);
    const struct eh_desk_rep *ana = &l.desk->reps[0];
    expect_text(ana->name, "ana");
    expect_text(ana->user, "");
    cr_expect_eq(ana->share_ppm, EH_PPM);
    cr_expect_eq(ana->since, EH_DATE_ALWAYS);
    const struct eh_desk_team *team = &l.desk->teams[0];
    expect_text(team->name, "sales");
    expect_text(team->policy, "balanced");
    cr_expect_eq(team->value_weight_ppm, EH_PPM / 2);
    cr_expect_eq(team->capacity, 0);
    cr_expect_eq(team->affinity, EH_AFFINITY_OFF);
    cr_expect_eq(team->affinity_for_s, 7 * 86400);
    cr_expect_eq(team->presence, EH_PRESENCE_ASSUMED);
    cr_expect_eq(team->overloaded_at_least_s, 15 * 60);
    cr_expect_eq(team->overloaded_at_most_s, 8 * 3600);
    cr_expect_eq(team->paused_counts, EH_PAUSED_COUNTS_NO);
    cr_expect_eq(team->paused_at_most, 20);
    cr_expect_eq(team->manager_count, 0);
}

/* As many as a rep may have, one of them as long as it may be. */
static char *accounts_text(unsigned count)
{
    static char text[EH_DESK_ACCOUNTS_MAX * 16 + EH_DESK_ACCOUNT_MAX + 256];
    char *at = text + sprintf(text, "reps: [eli, {id: ana, accounts: {");
    for (unsigned i = 1; i < count; i++)
        at += sprintf(at, "s%02u: a%u, ", count - i, i);
    at += sprintf(at, "long: ");
    memset(at, 'x', EH_DESK_ACCOUNT_MAX);
    strcpy(at + EH_DESK_ACCOUNT_MAX, "}}]");
    return text;
}

Test(desk, accounts_up_to_their_bounds)
{
    EH_AUTO(loaded) struct loaded l = load_text(accounts_text(EH_DESK_ACCOUNTS_MAX));
    cr_assert_eq(l.r, 0, "%s", l.error.text);
    const struct eh_desk_rep *ana = eh_desk_rep(l.desk, eh_str("ana"));
    cr_assert_eq(ana->account_count, EH_DESK_ACCOUNTS_MAX);
    cr_expect_eq(l.desk->account_count, EH_DESK_ACCOUNTS_MAX);
    expect_text(ana->accounts[0].source, "long");
    cr_expect_eq(ana->accounts[0].account.size, EH_DESK_ACCOUNT_MAX);
    for (uint32_t i = 0; i < ana->account_count; i++)
        cr_expect_eq(
            eh_desk_find_account(l.desk, ana->accounts[i].source, ana->accounts[i].account), ana);
    EH_AUTO(loaded) struct loaded more = load_text(accounts_text(EH_DESK_ACCOUNTS_MAX + 1));
    cr_expect_eq(more.r, -EH_ERANGE);
}

Test(desk, an_account_is_found_within_its_source)
{
    EH_AUTO(loaded)
    struct loaded l = load_text("reps: [{id: zoe, accounts: {rt: ana, jira: \"5b10:ac\"}}, eli,\n"
                                "       {id: ana, accounts: {zammad: ana@shop.example, rt: Ana}}]");
    cr_assert_eq(l.r, 0, "%s", l.error.text);
    const struct eh_desk *desk = l.desk;
    expect_text(eh_desk_find_account(desk, eh_str("rt"), eh_str("ana"))->id, "zoe");
    expect_text(eh_desk_find_account(desk, eh_str("rt"), eh_str("Ana"))->id, "ana");
    expect_text(eh_desk_find_account(desk, eh_str("jira"), eh_str("5b10:ac"))->id, "zoe");
    cr_expect_null(eh_desk_find_account(desk, eh_str("jira"), eh_str("ana")));
    cr_expect_null(eh_desk_find_account(desk, eh_str("zammad"), eh_str("ana")));
    cr_expect_null(eh_desk_find_account(desk, eh_str("none"), eh_str("")));
    expect_text(eh_desk_account(desk, eh_str("ana"), eh_str("zammad")), "ana@shop.example");
    expect_text(eh_desk_account(desk, eh_str("zoe"), eh_str("zammad")), "");
    expect_text(eh_desk_account(desk, eh_str("gone"), eh_str("zammad")), "");
    expect_text(eh_desk_account(NULL, eh_str("ana"), eh_str("zammad")), "");
}

Test(desk, json_is_yaml_too)
{
    EH_AUTO(loaded) struct loaded l = good("desk.json");
    cr_expect_eq(l.desk->currency_exponent, 0);
    const struct eh_desk_rep *ana = eh_desk_rep(l.desk, eh_str("ana"));
    expect_text(ana->name, "Ana \xC3\x85s");
    cr_expect_eq(ana->share_ppm, 250000);
    cr_assert_eq(ana->skill_count, 2);
    expect_text(ana->skills[0], "german");
    expect_text(ana->skills[1], "sap");
    const struct eh_desk_team *team = &l.desk->teams[0];
    expect_text(team->policy, "random");
    cr_expect_eq(team->value_weight_ppm, 125000);
    cr_expect_eq(team->capacity, 40);
    cr_expect_eq(team->affinity, EH_AFFINITY_OPEN);
    cr_expect_eq(team->affinity_for_s, 5400);
    cr_expect_eq(team->presence, EH_PRESENCE_SIGNALLED);
    cr_expect_eq(team->overloaded_at_least_s, 60);
    cr_expect_eq(team->overloaded_at_most_s, 7200);
}

Test(desk, words_that_yaml_takes_for_booleans_are_text)
{
    EH_AUTO(loaded) struct loaded l = good("words.yaml");
    expect_text(l.desk->id, "2024");
    cr_expect_not_null(eh_desk_rep(l.desk, eh_str("on")));
    cr_expect_not_null(eh_desk_rep(l.desk, eh_str("yes")));
    cr_expect_not_null(eh_desk_rep(l.desk, eh_str("null")));
    cr_expect_not_null(eh_desk_team(l.desk, eh_str("off")));
    cr_expect_null(eh_desk_rep(l.desk, eh_str("nobody")));
    cr_expect_null(eh_desk_kind(l.desk, eh_str("")));
}

Test(desk, arrays_are_by_id_whatever_the_file_says)
{
    EH_AUTO(loaded) struct loaded l = good("order.yaml");
    expect_text(l.desk->kinds[0].id, "aa");
    expect_text(l.desk->reps[0].id, "ana");
    expect_text(l.desk->reps[2].id, "zoe");
    expect_text(l.desk->teams[0].id, "alpha");
    cr_expect_eq(l.desk->teams[0].members[0].rep, 2);
    cr_expect_eq(l.desk->teams[1].members[0].rep, 0);
    cr_expect_eq(l.desk->teams[1].members[1].rep, 1);
}

Test(desk, a_rep_may_come_and_go)
{
    EH_AUTO(loaded) struct loaded l = good("ranges.yaml");
    const struct eh_desk_team *team = &l.desk->teams[0];
    cr_assert_eq(team->member_count, 4);
    cr_expect_eq(team->members[0].until, date("2026-03-20"));
    cr_expect_eq(team->members[1].from, date("2026-03-21"));
    cr_expect_eq(team->members[2].from, date("2026-05-01"));
    cr_expect_eq(team->members[3].rep, 1);
}

Test(desk, marks_and_line_ends_of_editors_do_no_harm)
{
    EH_AUTO(loaded) struct loaded bom = good("bom.yaml");
    cr_expect_eq(bom.desk->rep_count, 1);
    EH_AUTO(loaded) struct loaded crlf = good("crlf.yaml");
    cr_expect_eq(crlf.desk->reps[0].share_ppm, 800000);
}

/* --- What is refused --- */

static unsigned files_in(const char *folder)
{
    unsigned count = 0;
    DIR *files = opendir(folder);
    cr_assert_not_null(files);
    for (const struct dirent *file; (file = readdir(files));)
        count += file->d_name[0] != '.';
    closedir(files);
    return count;
}

/* A part of a position may be a number below 1; in a log a percentage may be one, too. */
Test(desk, percentages_have_their_sign_but_in_a_log)
{
    EH_AUTO(eh_arena) struct eh_arena arena = EH_ARENA_INIT;
    const struct eh_str text = eh_str("desk: main\ncurrency: EUR\ntime_zone: UTC\n"
                                      "reps: [{id: ana, share: 0.5}]\n"
                                      "teams: [{id: sales, value_weight: 0.25, reps: [ana]}]\n");
    struct eh_error error = {0};
    struct eh_desk *desk;
    cr_expect_eq(eh_desk_parse_new(text, &arena, &desk, &error), -EH_EINVAL);
    cr_expect_str_eq(error.text, "5: teams[0].value_weight: 0.25 has no sign; write 25% or 0.25%");
    cr_assert_eq(eh_desk_parse(text, &arena, &desk, &error), 0, "%s", error.text);
    cr_expect_eq(desk->teams[0].value_weight_ppm, EH_PPM / 4);
    cr_expect_eq(desk->reps[0].share_ppm, EH_PPM / 2);
}

static const char *const policies[] = {EH_POLICIES(EH_POLICY_BY_NUMBER)};

/* `...` at the end as what it stands for. */
static void add_later_policies(char *sentence, size_t size)
{
    size_t used = strlen(sentence);
    if (used < 3 || strcmp(sentence + used - 3, "...") != 0)
        return;
    used -= 3;
    sentence[used] = '\0';
    for (int i = 0; i < EH_POLICY_COUNT; i++)
        if (!strstr(sentence, policies[i]))
            used += eh_format(sentence + used, size - used, ", %s", policies[i]);
}

static void expect_refused(const char *name, const char *line)
{
    char sentence[512];
    eh_format(sentence, sizeof sentence, "%s", line);
    add_later_policies(sentence, sizeof sentence);
    EH_AUTO(loaded) struct loaded l = load_file("bad", name);
    cr_expect_lt(l.r, 0, "%s was read", name);
    cr_expect_eq(l.r, -l.error.code, "%s", name);
    cr_expect_str_eq(l.error.text, sentence, "%s: %s\n   not %s", name, l.error.text, sentence);
    cr_expect_null(l.desk, "%s: the output was touched", name);
}

Test(desk, every_bad_file_gets_its_sentence)
{
    FILE *list = fopen(TEST_DATA "/desk/bad.sentences", "r");
    cr_assert_not_null(list);
    char line[512];
    unsigned count = 0;
    for (; fgets(line, sizeof line, list); count++) {
        char *sentence = strchr(line, '\t');
        cr_assert_not_null(sentence, "%s", line);
        *sentence++ = '\0';
        sentence[strcspn(sentence, "\n")] = '\0';
        expect_refused(line, sentence);
    }
    fclose(list);
    cr_expect_eq(count, files_in(TEST_DATA "/desk/bad"));
}

Test(desk, an_error_names_its_field)
{
    EH_AUTO(loaded) struct loaded l = load_text("reps: [ana]\nteams: [{id: a, reps: [bob]}]");
    cr_expect_str_eq(l.error.field, "teams[0].reps[0]");
    cr_expect_eq(l.error.code, EH_EINVAL);
}

Test(desk, too_much_is_refused)
{
    size_t size = EH_DESK_TEXT_MAX + 1;
    char *text = malloc(size);
    cr_assert_not_null(text);
    memset(text, '#', size);
    EH_AUTO(loaded) struct loaded large = load_bytes(text, size);
    cr_expect_str_eq(large.error.text,
                     "1: 16777217 bytes are too many; a desk file has at most 16777216");
    memcpy(text, "a: [", 4);
    memset(text + 4, ',', 100);
    for (size_t i = 4; i < size; i += 2)
        memcpy(text + i, "x,", i + 2 <= size ? 2 : 1);
    EH_AUTO(loaded) struct loaded many = load_bytes(text, size - 1);
    cr_expect_str_eq(many.error.text, "1: too large: more than 2000000 values");
    free(text);
}

static struct loaded load_reps(unsigned count)
{
    size_t size = 0, capacity = (size_t)count * 96 + 16;
    char *text = malloc(capacity);
    cr_assert_not_null(text);
    size += (size_t)snprintf(text, capacity, "reps:\n");
    for (unsigned i = 0; i < count; i++) /* in no order */
        size += (size_t)snprintf(text + size, capacity - size,
                                 "- {id: rep-%u, name: Rep %u, share: 0.8, skills: [sap, tax]}\n",
                                 (unsigned)(i * UINT64_C(7919) % count), i);
    struct loaded l = load_bytes(text, size);
    free(text);
    return l;
}

Test(desk, as_many_reps_as_promised_and_no_more, .timeout = 600)
{
    EH_AUTO(loaded) struct loaded most = load_reps(EH_DESK_REPS_MAX);
    cr_assert_eq(most.r, 0, "%s", most.error.text);
    cr_expect_eq(most.desk->rep_count, EH_DESK_REPS_MAX);
    cr_expect_not_null(eh_desk_rep(most.desk, eh_str("rep-99999")));
    for (uint32_t i = 1; i < most.desk->rep_count; i++)
        cr_assert_lt(eh_str_compare(most.desk->reps[i - 1].id, most.desk->reps[i].id), 0);
    EH_AUTO(loaded) struct loaded more = load_reps(EH_DESK_REPS_MAX + 1);
    cr_expect_str_eq(more.error.text, "2: reps: has 100001 items, more than 100000");
}

Test(desk, an_arena_that_is_full_is_said)
{
    EH_AUTO(loaded) struct loaded whole = good("contract.yaml");
    unsigned full = 0;
    for (size_t limit = 16; limit < 4096; limit += 16) {
        EH_AUTO(eh_arena) struct eh_arena arena = {NULL, limit, 0};
        struct eh_desk *desk = NULL;
        struct eh_error error = {0};
        int r = eh_desk_parse(eh_str_n(whole.text, whole.size), &arena, &desk, &error);
        cr_assert(r == 0 || r == -EH_ENOMEM, "%zu: %s", limit, error.text);
        full += r == -EH_ENOMEM;
        if (r < 0)
            cr_expect_null(desk);
    }
    cr_expect_gt(full, 20);
}

/* Cut anywhere, a file is read or refused, never more. */
Test(desk, every_beginning_of_a_file_is_safe, .timeout = 600)
{
    EH_AUTO(loaded) struct loaded whole = good("contract.yaml");
    for (uint32_t size = 0; size < whole.size; size++) {
        EH_AUTO(loaded) struct loaded l = load_bytes(whole.text, size);
        cr_expect(l.r == 0 || l.error.text[0], "%u bytes", size);
    }
}

/* --- What a change says --- */

static void add_line(void *context, const char *line)
{
    char *lines = context;
    size_t at = strlen(lines);
    snprintf(lines + at, LINES_MAX - at, "%s\n", line);
}

static void expect_diff(const char *old, const char *new, size_t count, const char *wanted)
{
    EH_AUTO(loaded) struct loaded before = load_text(old ? old : "{}");
    EH_AUTO(loaded) struct loaded after = load_text(new);
    cr_assert_eq(before.r, 0, "%s", before.error.text);
    cr_assert_eq(after.r, 0, "%s", after.error.text);
    char lines[LINES_MAX] = "";
    cr_expect_eq(eh_desk_diff(old ? before.desk : NULL, after.desk, add_line, lines), count);
    cr_expect_str_eq(lines, wanted);
}

Test(desk, skills_with_a_level)
{
    EH_AUTO(loaded)
    struct loaded l =
        load_text("reps: [{id: ana, skills: [german, {sap: 3, tax: 1}, 'pbx:12', 'erp:2']},\n"
                  "       {id: bo, skills: {sap: 9, german: 1}}, {id: cai, skills: {}}]\n");
    cr_assert_eq(l.r, 0, "%s", l.error.text);
    static const char *const ana[] = {"erp:2", "german", "pbx:12", "sap:3", "tax"};
    cr_assert_eq(l.desk->reps[0].skill_count, 5);
    for (uint32_t i = 0; i < 5; i++)
        expect_text(l.desk->reps[0].skills[i], ana[i]);
    cr_assert_eq(l.desk->reps[1].skill_count, 2);
    expect_text(l.desk->reps[1].skills[1], "sap:9");
    cr_expect_eq(l.desk->reps[2].skill_count, 0);
}

/* Before there were levels, these were two names. */
Test(desk, a_log_may_have_a_skill_twice)
{
    EH_AUTO(loaded) struct loaded l = {.arena = EH_ARENA_INIT};
    static const char text[] = "reps: [{id: ana, skills: ['sap:2', 'sap:3', sap]}]\n";
    cr_expect_eq(eh_desk_parse(eh_str(text), &l.arena, &l.desk, &l.error), 0);
    cr_expect_eq(l.desk->reps[0].skill_count, 3);
    cr_expect_eq(eh_desk_parse_new(eh_str(text), &l.arena, &l.desk, &l.error), -EH_EINVAL);
}

#define BEFORE                                                                                     \
    "reps: [{id: ana, share: 0.5, user: ana, skills: [sap, tax, {erp: 2}]}, eli, ola]\n"           \
    "teams: [{id: sales, reps: [ana, {id: eli, until: 2026-03-20}], managers: [maja]},\n"          \
    "        {id: old}]\n"
#define AFTER                                                                                      \
    "currency: NOK\n"                                                                              \
    "resend_within: 2h\n"                                                                          \
    "kinds: {order: {points: 3}, quote: {points: 2}, visit: {points: 1}}\n"                        \
    "reps: [{id: ana, name: Ana, since: 2026-01-01, skills: [{tax: 4, wood: 2}, erp]}, eli, "      \
    "zoe]\n"                                                                                       \
    "teams: [{id: sales, policy: random, value_weight: 12.5%, capacity: 40, affinity: open,\n"     \
    "         at_most: {per_hour: 6, per_day: 100000}, kinds: {visit: {open: 5}},\n"               \
    "         paused: {counts: half, at_most: 200}, ramp: 12.5% for 1d,\n"                         \
    "         affinity_for: 1d, presence: signalled, overloaded: {at_least: 5m, at_most: 1h},\n"   \
    "         reps: [ana, {id: eli, from: 2026-04-01}, zoe], managers: [{group: leads}]},\n"       \
    "        {id: support, reps: [zoe]}]\n"

Test(desk, diff_says_everything_that_changes)
{
    expect_diff(BEFORE, AFTER, 36,
                "desk main: currency EUR -> NOK\n"
                "desk main: resend_within 1d -> 2h\n"
                "kind query: gone\n"
                "kind order: points 2 -> 3\n"
                "kind visit: new, 1 point\n"
                "rep ola: gone\n"
                "rep ana: name ana -> Ana\n"
                "rep ana: share 50% -> 100%\n"
                "rep ana: since none -> 2026-01-01\n"
                "rep ana: user ana -> none\n"
                "rep ana: loses skill sap\n"
                "rep ana: gains skill wood:2\n"
                "rep ana: skill erp: level 2 -> 1\n"
                "rep ana: skill tax: level 1 -> 4\n"
                "rep zoe: new\n"
                "team old: gone\n"
                "team sales: policy balanced -> random\n"
                "team sales: value_weight 50% -> 12.5%\n"
                "team sales: capacity no limit -> 40\n"
                "team sales: at_most.per_hour no limit -> 6\n"
                "team sales: at_most.per_day no limit -> 100000\n"
                "team sales: kinds.visit.open no limit -> 5\n"
                "team sales: paused.counts no -> half\n"
                "team sales: paused.at_most 20 -> 200\n"
                "team sales: ramp none -> 12.5% for 1d\n"
                "team sales: affinity off -> open\n"
                "team sales: affinity_for 7d -> 1d\n"
                "team sales: presence assumed -> signalled\n"
                "team sales: overloaded.at_least 15m -> 5m\n"
                "team sales: overloaded.at_most 8h -> 1h\n"
                "team sales: without eli until 2026-03-20\n"
                "team sales: with eli from 2026-04-01\n"
                "team sales: with zoe\n"
                "team sales: without manager maja\n"
                "team sales: with manager group leads\n"
                "team support: new, policy balanced, 1 member\n");
}

Test(desk, diff_says_which_account_of_which_source)
{
    expect_diff("reps: [{id: ana, accounts: {rt: ana, jira: 5b10, old: a}}, eli]",
                "reps: [{id: ana, accounts: {jira: 5b11, rt: ana, zammad: ana@x}}, eli]", 3,
                "rep ana: account of jira 5b10 -> 5b11\n"
                "rep ana: account of old a -> none\n"
                "rep ana: account of zammad none -> ana@x\n");
    expect_diff("reps: [{id: ana, accounts: {rt: ana, jira: 5b10}}]",
                "reps: [{accounts: {jira: 5b10, rt: ana}, id: ana}]", 0, "");
}

Test(desk, diff_sees_a_first_day_alone)
{
    expect_diff("reps: [ana]\nteams: [{id: a, reps: [{id: ana, from: 2026-01-01}]}]",
                "reps: [ana]\nteams: [{id: a, reps: [{id: ana, from: 2026-02-01}]}]", 2,
                "team a: without ana from 2026-01-01\nteam a: with ana from 2026-02-01\n");
}

Test(desk, diff_of_the_same_desk_is_silent)
{
    expect_diff("teams: [{id: a}, {id: b, leavers_work: keep}]",
                "teams: [{id: a, leavers_work: {to: b}}, {id: b, leavers_work: deal}]", 2,
                "team a: leavers_work deal -> to b\nteam b: leavers_work keep -> deal\n");
    expect_diff(AFTER, AFTER, 0, "");
    expect_diff("reps: [ana, eli]", "reps: [{id: eli, share: 100%}, {id: ana, name: ana}]", 0, "");
}

Test(desk, diff_against_nothing_lists_the_desk)
{
    expect_diff(NULL, "reps: [ana]\nteams: [{id: sales, reps: [ana]}]", 6,
                "desk main: new, EUR, Europe/Oslo\n"
                "kind order: new, 2 points\n"
                "kind query: new, 1 point\n"
                "kind quote: new, 2 points\n"
                "rep ana: new\n"
                "team sales: new, policy balanced, 1 member\n");
}

Test(desk, warnings_advise)
{
    EH_AUTO(loaded)
    struct loaded l =
        load_text("reps: [ana]\nteams: [{id: a, reps: [ana], capacity: 9}, {id: b, reps: [ana]},"
                  "{id: c, capacity: 9}]");
    char lines[LINES_MAX] = "";
    cr_expect_eq(eh_desk_warnings(l.desk, add_line, lines), 2);
    cr_expect_str_eq(lines, "team b: has no capacity; the first rep of the morning gets all that "
                            "came in the night; set `capacity`\n"
                            "team c: has no reps; its tickets will wait\n");
    EH_AUTO(loaded) struct loaded none = load_text("{}");
    lines[0] = '\0';
    cr_expect_eq(eh_desk_warnings(none.desk, add_line, lines), 1);
}
