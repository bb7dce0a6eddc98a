/* unit/admin: addresses taken apart, routes, roles and codes of the admin API. */
#include "admin/api/api.h"
#include "host/clock.h"

#include <criterion/criterion.h>
#include <unistd.h>

/* ---- Addresses. */

static int parse(const char *path, const char *query, struct eh_http_path *ret)
{
    static struct eh_arena arena; /* criterion gives each test its own process */
    return eh_http_path_parse(path, query, &arena, ret, NULL);
}

static bool is(struct eh_str text, const char *expected)
{
    return eh_str_equal(text, eh_str(expected));
}

Test(admin_path, splits_before_it_decodes)
{
    struct eh_http_path path;
    cr_assert_eq(parse("/v1/tickets/shop/A%2F1%20%c3%bc+", NULL, &path), 0);
    cr_assert_eq(path.part_count, 4);
    cr_assert(is(path.parts[0], "v1") && is(path.parts[2], "shop"));
    cr_assert(is(path.parts[3], "A/1 \xc3\xbc+"), "a plus is a space in queries only");
}

Test(admin_path, takes_a_slash_at_the_end)
{
    struct eh_http_path path;
    cr_assert_eq(parse("/v1/reps/", "", &path), 0);
    cr_assert_eq(path.part_count, 2);
    cr_assert_eq(parse("/", NULL, &path), 0);
    cr_assert_eq(path.part_count, 0);
}

Test(admin_path, refuses_what_is_no_address)
{
    static const char *const bad[] = {"",
                                      "v1",
                                      "*",
                                      "/a//b",
                                      "/%",
                                      "/%2",
                                      "/%zz",
                                      "/a%00b",
                                      "/%ff",
                                      "/%0a",
                                      "/a/%c3/",
                                      "/%ed%a0%80",
                                      "/1/2/3/4/5/6/7/8/9"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct eh_http_path path = {.part_count = 77};
        cr_assert_lt(parse(bad[i], NULL, &path), 0, "%s", bad[i]);
        cr_assert_eq(path.part_count, 77, "%s: output touched", bad[i]);
    }
    struct eh_http_path path;
    char longer[EH_NAME_MAX + 3] = "/";
    memset(longer + 1, 'x', EH_NAME_MAX);
    cr_assert_eq(parse(longer, NULL, &path), 0);
    longer[EH_NAME_MAX + 1] = 'x';
    cr_assert_eq(parse(longer, NULL, &path), -EH_EINVAL);
}

Test(admin_path, reads_queries)
{
    struct eh_http_path path;
    cr_assert_eq(parse("/x", "team=sales&&rep=a%26b+c&state&after=", &path), 0);
    cr_assert_eq(path.query_count, 4);
    cr_assert(is(eh_http_path_query(&path, "team"), "sales"));
    cr_assert(is(eh_http_path_query(&path, "rep"), "a&b c"));
    cr_assert_eq(eh_http_path_query(&path, "state").size, 0);
    cr_assert_eq(eh_http_path_query(&path, "none").size, 0);
    cr_assert_null(eh_http_path_unknown_query(&path, "after rep state team"));
    cr_assert(is(eh_http_path_unknown_query(&path, "after re state team")->name, "rep"));
    cr_assert_eq(parse("/x", "a=1&a=2", &path), -EH_EINVAL, "given twice");
    cr_assert_eq(parse("/x", "a=1&b&c&d&e&f&g&h&i", &path), -EH_EINVAL, "too many of them");
    cr_assert_eq(parse("/1/2/3/4/5/6/7/8", NULL, &path), 0);
    cr_assert_eq(parse("/1/2/3/4/5/6/7/8/9", NULL, &path), -EH_EINVAL, "too many parts");
    cr_assert_eq(parse("/x", "a=%0", &path), -EH_EPARSE);
}

/* ---- Routes. */

static const struct eh_admin_route *route(const char *method, const char *address, bool *other)
{
    struct eh_http_path path;
    cr_assert_eq(parse(address, NULL, &path), 0);
    return eh_admin_route(method, &path, other);
}

Test(admin_routes, tell_addresses_from_methods)
{
    bool other = true;
    cr_assert_eq(route("GET", "/v1/reps/ana", &other)->handle, eh_admin_get_rep);
    cr_assert_eq(route("POST", "/v1/tickets/shop/7/move", &other)->type, EH_MESSAGE_MOVE);
    cr_assert_eq(route("POST", "/v1/tickets/shop/7/assign", &other)->type, EH_MESSAGE_ASSIGN);
    cr_assert_eq(route("PUT", "/v1/desk", &other)->body_max, 1u << 20);
    cr_assert_null(route("POST", "/v1/desk", &other));
    cr_assert(other);
    static const char *const nowhere[] = {"/",
                                          "/v1",
                                          "/v1/reps/ana/signal/x",
                                          "/v1/desks",
                                          "/v2/reps",
                                          "/v1/teams/sales/pots",
                                          "/v1/tickets/shop"};
    for (size_t i = 0; i < sizeof nowhere / sizeof nowhere[0]; i++) {
        cr_assert_null(route("GET", nowhere[i], &other), "%s", nowhere[i]);
        cr_assert_not(other, "%s", nowhere[i]);
    }
}

Test(admin_routes, name_the_parts_of_a_path)
{
    struct eh_http_path path;
    bool other;
    cr_assert_eq(parse("/v1/teams/sales/periods/2026-10/close", NULL, &path), 0);
    const char *pattern = eh_admin_route("POST", &path, &other)->pattern;
    cr_assert(eh_str_equal(eh_http_path_part(&path, pattern, "team"), eh_str("sales")));
    cr_assert(eh_str_equal(eh_http_path_part(&path, pattern, "period"), eh_str("2026-10")));
}

Test(admin_routes, let_in_who_the_contract_names)
{
    static const struct {
        const char *method, *address;
        unsigned who;
    } expected[] = {
        {"GET", "/healthz", EH_MAY_ANY | EH_MAY_DELEGATE},
        {"GET", "/v1/status", EH_MAY_ANY | EH_MAY_DELEGATE},
        {"GET", "/v1/me", EH_MAY_ANY},
        {"GET", "/metrics", EH_MAY_OPERATOR | EH_MAY_AUDITOR},
        {"GET", "/v1/teams", EH_MAY_ANY & ~EH_MAY_HELPDESK},
        {"GET", "/v1/reps/a", EH_MAY_ANY & ~EH_MAY_HELPDESK},
        {"POST", "/v1/reps/a/signal", EH_MAY_OPERATOR | EH_MAY_MANAGER | EH_MAY_REP},
        {"POST", "/v1/reps/a/release", EH_MAY_OPERATOR | EH_MAY_MANAGER},
        {"POST", "/v1/tickets", EH_MAY_OPERATOR | EH_MAY_HELPDESK},
        {"POST", "/v1/tickets/a/b/outcome", EH_MAY_OPERATOR | EH_MAY_MANAGER | EH_MAY_HELPDESK},
        {"POST", "/v1/tickets/a/b/assign", EH_MAY_OPERATOR | EH_MAY_MANAGER},
        {"POST", "/v1/teams/a/metrics", EH_MAY_OPERATOR | EH_MAY_MANAGER},
        {"GET", "/v1/teams/a/pool", EH_MAY_ANY & ~EH_MAY_HELPDESK},
        {"GET", "/v1/teams/a/pools", EH_MAY_ANY & ~EH_MAY_HELPDESK},
        {"POST", "/v1/teams/a/pool/what-if", EH_MAY_OPERATOR | EH_MAY_AUDITOR | EH_MAY_MANAGER},
        {"PUT", "/v1/desk", EH_MAY_OPERATOR},
    };
    for (size_t i = 0; i < sizeof expected / sizeof expected[0]; i++) {
        bool other;
        const struct eh_admin_route *found = route(expected[i].method, expected[i].address, &other);
        cr_assert_not_null(found, "%s", expected[i].address);
        cr_assert_eq(found->who, expected[i].who, "%s", expected[i].address);
    }
}

/* ---- Roles. */

static struct eh_peer *peer(const char *user, const char *group)
{
    static struct eh_peer peer;
    static struct eh_str groups[1];
    peer = (struct eh_peer){.uid = 4000000, .looked_up_us = eh_clock_monotonic_us()};
    cr_assert_neq(geteuid(), peer.uid);
    strcpy(peer.user, user);
    groups[0] = eh_str(group);
    peer.groups = groups;
    peer.group_count = group ? 1 : 0;
    return &peer;
}

static struct eh_config *config(void)
{
    static struct eh_config config = {
        .operators = {.items = {{"olga", false}}, .count = 1},
        .auditors = {.items = {{"ada", false}, {"books", true}}, .count = 2},
        .helpdesks = {.items = {{"shop", false}}, .count = 1},
        .delegates = {.items = {{"web", false}}, .count = 1},
    };
    return &config;
}

static unsigned roles(const char *user, const char *group)
{
    struct eh_peer *p = peer(user, group);
    eh_peer_refresh(p, config(), NULL);
    return p->roles;
}

Test(admin_roles, come_from_the_config)
{
    cr_assert_eq(roles("olga", NULL), EH_MAY_OPERATOR);
    cr_assert_eq(roles("ada", NULL), EH_MAY_AUDITOR);
    cr_assert_eq(roles("bo", "books"), EH_MAY_AUDITOR);
    cr_assert_eq(roles("shop", "books"), EH_MAY_AUDITOR | EH_MAY_HELPDESK);
    cr_assert_eq(roles("books", NULL), 0, "a user is no group of that name");
    cr_assert_eq(roles("bo", "ada"), 0, "nor a group a user");
    cr_assert_eq(roles("olg", NULL), 0);
}

Test(admin_roles, are_operator_for_root_and_the_daemons_user)
{
    struct eh_peer *p = peer("x", NULL);
    p->uid = geteuid();
    eh_peer_refresh(p, config(), NULL);
    cr_assert_eq(p->roles, EH_MAY_OPERATOR);
    p = peer("x", NULL);
    p->uid = 0;
    eh_peer_refresh(p, config(), NULL);
    cr_assert_eq(p->roles, EH_MAY_OPERATOR);
}

static unsigned roles_through(const char *user, const char *group, uid_t uid)
{
    struct eh_peer *p = peer(user, group);
    strcpy(p->through, "web");
    p->uid = uid;
    eh_peer_refresh(p, config(), NULL);
    cr_expect_eq(p->helpdesks, 0);
    return p->roles;
}

Test(admin_roles, are_no_operators_and_no_helpdesks_through_a_delegate)
{
    cr_assert_eq(roles("web", NULL), EH_MAY_DELEGATE);
    cr_assert_eq(roles_through("olga", NULL, 4000000), EH_MAY_AUDITOR);
    cr_assert_eq(roles_through("ada", NULL, 4000000), EH_MAY_AUDITOR);
    cr_assert_eq(roles_through("bo", "books", 4000000), EH_MAY_AUDITOR);
    cr_assert_eq(roles_through("shop", NULL, 4000000), 0);
    cr_assert_eq(roles_through("web", NULL, 4000000), 0);
    cr_assert_eq(roles_through("root", NULL, 0), 0, "the delegate runs as root, and asks for root");
    cr_assert_eq(roles_through("bo", NULL, geteuid()), 0);
}

Test(admin_roles, of_people_who_are_asked_for_are_remembered_up_to_a_bound)
{
    static struct eh_peers peers;
    struct eh_error error = {0};
    const struct eh_peer *web = peer("web", NULL);
    struct eh_peer *first = NULL;
    char name[16];
    eh_peers_init(&peers, NULL, NULL, NULL);
    for (int i = 0; i < EH_PEERS_FOR_MAX; i++) {
        snprintf(name, sizeof name, "u%d", i);
        struct eh_peer *one = eh_peers_for(&peers, web, eh_str(name), &error);
        cr_assert_not_null(one);
        cr_assert_str_eq(one->user, name);
        first = first ? first : one;
    }
    cr_assert_eq(eh_peers_for(&peers, web, eh_str("u0"), &error), first, "the same once more");
    cr_assert_null(eh_peers_for(&peers, web, eh_str("more"), &error));
    cr_assert_eq(error.code, EH_EFULL);
    eh_peer_release(first);
    cr_assert_null(eh_peers_for(&peers, web, eh_str("more"), &error), "it is in use once more");
    eh_peer_release(first);
    struct eh_peer *more = eh_peers_for(&peers, web, eh_str("more"), &error);
    cr_assert_not_null(more);
    cr_assert_str_eq(more->user, "more");
    cr_assert_eq(more->roles, 0);
    cr_assert_eq(peers.other_count, EH_PEERS_FOR_MAX);
    eh_peers_done(&peers);
}

Test(admin_roles, are_named_in_sentences)
{
    char text[80];
    eh_admin_roles_text(0, text, sizeof text);
    cr_assert_str_eq(text, "none");
    eh_admin_roles_text(EH_MAY_REP, text, sizeof text);
    cr_assert_str_eq(text, "rep");
    eh_admin_roles_text(EH_MAY_ANY, text, sizeof text);
    cr_assert_str_eq(text, "operator, helpdesk, auditor, manager or rep");
    char small[12];
    eh_admin_roles_text(EH_MAY_ANY, small, sizeof small);
    cr_assert_lt(strlen(small), sizeof small);
}
