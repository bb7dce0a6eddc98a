/*
 * peer: see peer.h. A child process looks a name up (lookup.c); the names found before serve
 * meanwhile, but not when they are older than EH_PEER_S.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "admin/http/lookup.h"
#include "admin/http/peer.h"
#include "host/clock.h"
#include "host/log.h"

/* ---- Name and groups. */

/* A name that reads as if a delegate had asked is no name here. */
static void set_name(struct eh_peer *peer, const char *name)
{
    struct eh_str text = eh_str(name);
    if (name && eh_name_valid(text, EH_NAME_MAX) && eh_actor_through(text).size == 0)
        snprintf(peer->user, sizeof peer->user, "%s", name);
    else
        snprintf(peer->user, sizeof peer->user, "#%lu", (unsigned long)peer->uid);
}

/* The names that the child printed: the user's, then those of the groups. */
static bool names_take(struct eh_peer *peer, const char *names, size_t size)
{
    if (size > 0 && names[size - 1] != '\0')
        return false;
    eh_arena_reset(&peer->arena);
    peer->groups = eh_arena_alloc(&peer->arena, EH_LOOKUP_GROUPS_MAX * sizeof *peer->groups);
    peer->group_count = 0;
    if (!eh_peer_is_asked_for(peer))
        set_name(peer, size > 0 ? names : NULL);
    for (size_t at = size > 0 ? strlen(names) + 1 : 0;
         peer->groups && at < size && peer->group_count < EH_LOOKUP_GROUPS_MAX;
         at += strlen(names + at) + 1) {
        struct eh_str name = eh_arena_str(&peer->arena, eh_str(names + at));
        if (name.data)
            peer->groups[peer->group_count++] = name;
    }
    peer->has_rights = false;
    return true;
}

static bool names_are_younger(const struct eh_peer *peer, int64_t seconds)
{
    return peer->looked_up &&
           eh_clock_monotonic_us() - peer->looked_up_us <= seconds * INT64_C(1000000);
}

/* ---- Lookups. */

static void lookups_go_on(struct eh_peers *peers);

static void on_looked_up(void *context, const struct eh_child_result *result)
{
    struct eh_peer *peer = context;
    struct eh_peers *peers = peer->peers;
    size_t size = evbuffer_get_length(result->output);
    const char *names = size > 0 ? (const char *)evbuffer_pullup(result->output, -1) : "";
    peer->lookup = NULL;
    peers->looking--;
    peers->looking_for -= eh_peer_is_asked_for(peer);
    if (result->end == EH_CHILD_EXITED && result->exit_code == 0 && names_take(peer, names, size)) {
        peer->looked_up = true;
        peer->looked_up_us = peer->lookup_began_us;
    } else {
        eh_log_limited(EH_LOG_WARNING, "admin-names",
                       "name and groups of %s (uid %lu) could not be looked up%s", peer->user,
                       (unsigned long)peer->uid,
                       result->end == EH_CHILD_LATE ? ": the user database does not answer" : "");
    }
    peers->on_looked_up(peers->context, peer);
    lookups_go_on(peers);
}

/* False: it cannot be begun, and on_looked_up will not be called. */
static bool lookup_begin(struct eh_peer *peer)
{
    struct eh_peers *peers = peer->peers;
    struct eh_error error = {0};
    struct eh_lookup asked = {.uid = peer->uid,
                              .name = eh_peer_is_asked_for(peer) ? peer->user : NULL};
    const struct eh_child_options options = {
        .work = eh_lookup_print,
        .work_context = &asked,
        .bounds = {.output_max = EH_LOOKUP_OUTPUT_MAX, .at_most_ms = EH_LOOKUP_MS},
        .on_end = on_looked_up,
        .context = peer};
    peer->wants_lookup = false;
    peer->lookup_began_us = eh_clock_monotonic_us();
    if (eh_child_new(peers->base, &options, &peer->lookup, &error) < 0) {
        eh_log_limited(EH_LOG_WARNING, "admin-names", "%s", error.text);
        return false;
    }
    peers->looking++;
    peers->looking_for += eh_peer_is_asked_for(peer);
    return true;
}

static bool has_place_for(const struct eh_peers *peers, const struct eh_peer *peer)
{
    return peers->looking < EH_PEER_LOOKUPS_MAX &&
           (!eh_peer_is_asked_for(peer) || peers->looking_for < EH_PEER_LOOKUPS_FOR_MAX);
}

/* One of them that waits, and need not any more; or NULL. */
static struct eh_peer *next_of(const struct eh_peers *peers, struct eh_peer *const *items,
                               uint32_t count)
{
    for (uint32_t i = 0; i < count && has_place_for(peers, items[i]); i++)
        if (items[i]->wants_lookup)
            return items[i];
    return NULL;
}

/* Users go before people who are asked for, whom one delegate can name without end. */
static struct eh_peer *next_to_look_up(const struct eh_peers *peers)
{
    struct eh_peer *user = next_of(peers, peers->items, peers->count);
    return user ? user : next_of(peers, peers->others, peers->other_count);
}

/* Begins lookups that wait, as far as they may; of one that cannot be begun its waiters are told,
 * and they may ask for more. */
static void lookups_go_on(struct eh_peers *peers)
{
    for (struct eh_peer *peer; (peer = next_to_look_up(peers));)
        if (!lookup_begin(peer))
            peers->on_looked_up(peers->context, peer);
}

/* Whoever waits has their turn when a lookup has ended, and with them who asks in between. */
bool eh_peer_is_current(struct eh_peer *peer)
{
    if (peer->plain)
        return true;
    if (!eh_peer_is_awaited(peer) && !names_are_younger(peer, EH_PEER_REFRESH_S)) {
        if (has_place_for(peer->peers, peer) && !next_to_look_up(peer->peers))
            (void)lookup_begin(peer);
        else
            peer->wants_lookup = true;
    }
    return names_are_younger(peer, EH_PEER_S);
}

bool eh_peer_is_awaited(const struct eh_peer *peer)
{
    return peer->lookup || peer->wants_lookup;
}

/* ---- The memory of peers. */

static void peer_free(struct eh_peer *peer)
{
    eh_child_free(peer->lookup);
    eh_arena_done(&peer->arena);
    free(peer);
}

/* Makes room by forgetting the one looked up longest ago that nobody uses. */
static bool forget_one(struct eh_peer **items, uint32_t *count)
{
    uint32_t oldest = *count;
    for (uint32_t i = 0; i < *count; i++) {
        const struct eh_peer *peer = items[i];
        if (peer->uses == 0 && !peer->lookup &&
            (oldest == *count || peer->looked_up_us < items[oldest]->looked_up_us))
            oldest = i;
    }
    if (oldest == *count)
        return false;
    peer_free(items[oldest]);
    items[oldest] = items[--*count];
    return true;
}

/* A new one in the list, which has room for `most`. NULL: there is no room. */
static struct eh_peer *peer_add(struct eh_peers *peers, struct eh_peer **items, uint32_t *count,
                                uint32_t most)
{
    if (*count == most && !forget_one(items, count))
        return NULL;
    struct eh_peer *peer = calloc(1, sizeof *peer);
    if (!peer)
        return NULL;
    peer->peers = peers;
    items[(*count)++] = peer;
    return peer;
}

static struct eh_peer *peer_of_uid(struct eh_peers *peers, uid_t uid)
{
    for (uint32_t i = 0; i < peers->count; i++)
        if (peers->items[i]->uid == uid)
            return peers->items[i];
    struct eh_peer *peer = peer_add(peers, peers->items, &peers->count, EH_PEERS_MAX);
    if (!peer)
        return NULL;
    peer->uid = uid;
    set_name(peer, NULL);
    return peer;
}

static struct eh_peer *peer_asked_for(struct eh_peers *peers, const struct eh_peer *delegate,
                                      struct eh_str name)
{
    for (uint32_t i = 0; i < peers->other_count; i++) {
        struct eh_peer *peer = peers->others[i];
        if (peer->uid == delegate->uid && strcmp(peer->through, delegate->user) == 0 &&
            eh_str_equal(eh_str(peer->user), name))
            return peer;
    }
    struct eh_peer *peer = peer_add(peers, peers->others, &peers->other_count, EH_PEERS_FOR_MAX);
    if (!peer)
        return NULL;
    peer->uid = delegate->uid;
    eh_format(peer->user, sizeof peer->user, "%.*s", EH_STR_ARG(name));
    eh_format(peer->through, sizeof peer->through, "%s", delegate->user);
    return peer;
}

struct eh_peer *eh_peers_for(struct eh_peers *peers, const struct eh_peer *delegate,
                             struct eh_str name, struct eh_error *error)
{
    struct eh_peer *peer = peer_asked_for(peers, delegate, name);
    if (!peer) {
        eh_error_set(error, EH_EFULL, "delegates ask for more than %d people at once",
                     EH_PEERS_FOR_MAX);
        return NULL;
    }
    peer->uses++;
    return peer;
}

struct eh_peer *eh_peers_of_socket(struct eh_peers *peers, int fd, struct eh_error *error)
{
    struct ucred credentials;
    socklen_t size = sizeof credentials;
    if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &credentials, &size) < 0) {
        eh_error_set(error, EH_EDENIED, "the kernel does not say who connected: %s",
                     strerror(errno));
        return NULL;
    }
    struct eh_peer *peer = peer_of_uid(peers, credentials.uid);
    if (!peer) {
        eh_error_set(error, EH_EFULL, "more than %d users at once", EH_PEERS_MAX);
        return NULL;
    }
    peer->uses++;
    return peer;
}

void eh_peer_release(struct eh_peer *peer)
{
    if (!peer)
        return;
    eh_require(peer->uses > 0);
    peer->uses--;
}

void eh_peers_init(struct eh_peers *peers, struct event_base *base, eh_peer_fn *on_end,
                   void *context)
{
    *peers = (struct eh_peers){.base = base, .on_looked_up = on_end, .context = context};
}

void eh_peers_done(struct eh_peers *peers)
{
    for (uint32_t i = 0; i < peers->count; i++)
        peer_free(peers->items[i]);
    for (uint32_t i = 0; i < peers->other_count; i++)
        peer_free(peers->others[i]);
    peers->count = peers->other_count = 0;
}

/* ---- Rights. */

static bool in_group(const struct eh_peer *peer, struct eh_str group)
{
    for (uint32_t i = 0; i < peer->group_count; i++)
        if (eh_str_equal(peer->groups[i], group))
            return true;
    return false;
}

static bool is_named(const struct eh_peer *peer, const struct eh_config_user *user)
{
    struct eh_str name = eh_str(user->name);
    return user->is_group ? in_group(peer, name) : eh_str_equal(eh_str(peer->user), name);
}

static bool in_users(const struct eh_peer *peer, const struct eh_config_users *users)
{
    for (uint32_t i = 0; i < users->count; i++)
        if (is_named(peer, &users->items[i]))
            return true;
    return false;
}

_Static_assert(EH_CONFIG_USERS_MAX <= 64, "an item's bit in `helpdesks`");

static uint64_t helpdesks_naming(const struct eh_peer *peer, const struct eh_config_users *users)
{
    uint64_t items = 0;
    for (uint32_t i = 0; i < users->count; i++)
        if (is_named(peer, &users->items[i]))
            items |= UINT64_C(1) << i;
    return items;
}

static bool in_managers(const struct eh_peer *peer, const struct eh_desk_team *team)
{
    for (uint32_t i = 0; i < team->manager_count; i++) {
        const struct eh_desk_manager *manager = &team->managers[i];
        if (manager->is_group ? in_group(peer, manager->name)
                              : eh_str_equal(eh_str(peer->user), manager->name))
            return true;
    }
    return false;
}

/* A delegate shows what operators see and changes nothing as one of them: whoever breaks into it
 * must not get the desk file, the seeds or the erasing of people. Nor is it a helpdesk. */
static unsigned config_roles_asked_for(const struct eh_peer *peer, const struct eh_config *config)
{
    bool sees_all = in_users(peer, &config->operators) || in_users(peer, &config->auditors);
    return sees_all ? EH_MAY_AUDITOR : 0;
}

static unsigned config_roles(const struct eh_peer *peer, const struct eh_config *config)
{
    unsigned roles = 0;
    if (eh_peer_is_asked_for(peer))
        return config_roles_asked_for(peer, config);
    if (peer->uid == 0 || peer->uid == geteuid() || in_users(peer, &config->operators))
        roles |= EH_MAY_OPERATOR;
    if (peer->helpdesks)
        roles |= EH_MAY_HELPDESK;
    if (in_users(peer, &config->auditors))
        roles |= EH_MAY_AUDITOR;
    if (in_users(peer, &config->delegates))
        roles |= EH_MAY_DELEGATE;
    return roles;
}

static unsigned desk_roles(struct eh_peer *peer, const struct eh_desk *desk)
{
    unsigned roles = 0;
    for (uint32_t i = 0; i < desk->team_count && i < EH_DESK_TEAMS_MAX; i++)
        if (in_managers(peer, &desk->teams[i])) {
            peer->managed[i / 64] |= UINT64_C(1) << (i % 64);
            roles |= EH_MAY_MANAGER;
        }
    for (uint32_t i = 0; i < desk->rep_count; i++) {
        const struct eh_desk_rep *rep = &desk->reps[i];
        if (rep->user.size > 0 && eh_str_equal(rep->user, eh_str(peer->user))) {
            snprintf(peer->rep, sizeof peer->rep, "%.*s", EH_STR_ARG(rep->id));
            roles |= EH_MAY_REP;
            break;
        }
    }
    return roles;
}

void eh_peer_refresh(struct eh_peer *peer, const struct eh_config *config,
                     const struct eh_engine *engine)
{
    const struct eh_desk *desk = engine ? eh_engine_desk(engine) : NULL;
    struct eh_totals totals = {0};
    if (desk)
        eh_engine_totals(engine, &totals);
    if (peer->has_rights && peer->desk_known == (desk != NULL) &&
        memcmp(peer->desk_sha256, totals.desk_sha256, sizeof peer->desk_sha256) == 0)
        return;

    memset(peer->managed, 0, sizeof peer->managed);
    peer->rep[0] = '\0';
    peer->config = config;
    peer->helpdesks = eh_peer_is_asked_for(peer) ? 0 : helpdesks_naming(peer, &config->helpdesks);
    peer->roles = config_roles(peer, config);
    if (desk)
        peer->roles |= desk_roles(peer, desk);
    memcpy(peer->desk_sha256, totals.desk_sha256, sizeof peer->desk_sha256);
    peer->desk_known = desk != NULL;
    peer->has_rights = true;
}

static bool has_groups(const struct eh_config_users *users)
{
    for (uint32_t i = 0; i < users->count; i++)
        if (users->items[i].is_group)
            return true;
    return false;
}

bool eh_peer_groups_count(const struct eh_config *config, const struct eh_engine *engine)
{
    const struct eh_desk *desk = engine ? eh_engine_desk(engine) : NULL;
    if (has_groups(&config->operators) || has_groups(&config->auditors))
        return true;
    for (uint32_t i = 0; desk && i < desk->team_count; i++)
        for (uint32_t k = 0; k < desk->teams[i].manager_count; k++)
            if (desk->teams[i].managers[k].is_group)
                return true;
    return false;
}

bool eh_peer_is_asked_for(const struct eh_peer *peer)
{
    return peer->through[0] != '\0';
}

void eh_peer_actor(const struct eh_peer *peer, char ret[EH_NAME_MAX + 1])
{
    eh_actor_print(eh_str(peer->user), eh_str(peer->through), ret);
}

static bool manages_index(const struct eh_peer *peer, uint32_t team)
{
    return team < EH_DESK_TEAMS_MAX && (peer->managed[team / 64] >> (team % 64) & 1) != 0;
}

bool eh_peer_manages(const struct eh_peer *peer, const struct eh_desk *desk, struct eh_str team)
{
    if (!(peer->roles & EH_MAY_MANAGER) || !desk)
        return false;
    const struct eh_desk_team *found = eh_desk_team(desk, team);
    return found && manages_index(peer, (uint32_t)(found - desk->teams));
}

bool eh_peer_manages_rep(const struct eh_peer *peer, const struct eh_rep_view *rep)
{
    for (uint32_t i = 0; (peer->roles & EH_MAY_MANAGER) && i < rep->team_count; i++)
        if (manages_index(peer, rep->teams[i]))
            return true;
    return false;
}

bool eh_peer_sees_rep(const struct eh_peer *peer, const struct eh_rep_view *rep)
{
    return eh_peer_sees_all(peer) || eh_peer_is_rep(peer, rep->id) ||
           eh_peer_manages_rep(peer, rep);
}

bool eh_peer_manages_whole_rep(const struct eh_peer *peer, const struct eh_engine *engine,
                               const struct eh_rep_view *rep)
{
    const struct eh_desk *desk = eh_engine_desk(engine);
    struct eh_member_view member;
    for (uint32_t i = 0; i < rep->team_count; i++)
        if (!manages_index(peer, rep->teams[i]) &&
            eh_engine_member_of(engine, desk->teams[rep->teams[i]].id, rep->id, &member) &&
            member.active)
            return false;
    return eh_peer_manages_rep(peer, rep);
}

bool eh_peer_holds_managed(const struct eh_peer *peer, const struct eh_engine *engine,
                           struct eh_str rep)
{
    const struct eh_desk *desk = eh_engine_desk(engine);
    for (uint32_t i = 0; (peer->roles & EH_MAY_MANAGER) && desk && i < desk->team_count; i++)
        if (manages_index(peer, i) && eh_engine_open_in(engine, desk->teams[i].id, rep) > 0)
            return true;
    return false;
}

bool eh_peer_is_rep(const struct eh_peer *peer, struct eh_str rep)
{
    return (peer->roles & EH_MAY_REP) && eh_str_equal(eh_str(peer->rep), rep);
}

bool eh_peer_sees_all(const struct eh_peer *peer)
{
    return (peer->roles & (EH_MAY_OPERATOR | EH_MAY_AUDITOR)) != 0;
}

/* The sources of item number `item`, where that names the peer; else NULL. */
static const struct eh_config_sources *helpdesk_sources(const struct eh_peer *peer, uint32_t item)
{
    return peer->helpdesks >> item & 1 ? &peer->config->helpdesk_sources[item] : NULL;
}

static bool has_source(const struct eh_config_sources *sources, struct eh_str source)
{
    for (uint32_t i = 0; i < sources->count; i++)
        if (eh_str_equal(eh_str(sources->items[i]), source))
            return true;
    return false;
}

bool eh_peer_owns_source(const struct eh_peer *peer, struct eh_str source)
{
    for (uint32_t i = 0; peer->helpdesks && i < EH_CONFIG_USERS_MAX; i++) {
        const struct eh_config_sources *sources = helpdesk_sources(peer, i);
        if (sources && (sources->count ? has_source(sources, source)
                                       : eh_str_equal(eh_str(peer->user), source)))
            return true;
    }
    return false;
}

bool eh_peer_writes_source(const struct eh_peer *peer, struct eh_str source)
{
    for (uint32_t i = 0; peer->helpdesks && i < EH_CONFIG_USERS_MAX; i++) {
        const struct eh_config_sources *sources = helpdesk_sources(peer, i);
        if (sources && (sources->count == 0 || has_source(sources, source)))
            return true;
    }
    return false;
}

struct eh_str eh_peer_only_source(const struct eh_peer *peer)
{
    struct eh_str only = {NULL, 0};
    for (uint32_t i = 0; peer->helpdesks && i < EH_CONFIG_USERS_MAX; i++) {
        const struct eh_config_sources *sources = helpdesk_sources(peer, i);
        if (!sources)
            continue;
        struct eh_str one = eh_str(sources->count ? sources->items[0] : peer->user);
        if (sources->count > 1 || (only.size && !eh_str_equal(only, one)))
            return (struct eh_str){NULL, 0};
        only = one;
    }
    return only;
}

bool eh_peer_has_reserve(const struct eh_peer *peer)
{
    return (peer->roles & EH_MAY_OPERATOR) != 0;
}

bool eh_peer_sees_team(const struct eh_peer *peer, const struct eh_desk *desk,
                       const struct eh_desk_team *team)
{
    if (eh_peer_sees_all(peer) || eh_peer_manages(peer, desk, team->id))
        return true;
    for (uint32_t i = 0; (peer->roles & EH_MAY_REP) && i < team->member_count; i++)
        if (eh_str_equal(desk->reps[team->members[i].rep].id, eh_str(peer->rep)))
            return true;
    return false;
}

/* ---- Names of roles. */

static const struct {
    unsigned bit;
    const char *name;
} role_names[] = {
    {EH_MAY_OPERATOR, "operator"}, {EH_MAY_HELPDESK, "helpdesk"}, {EH_MAY_AUDITOR, "auditor"},
    {EH_MAY_MANAGER, "manager"},   {EH_MAY_REP, "rep"},           {EH_MAY_DELEGATE, "delegate"},
};

const char *eh_admin_role_name(unsigned bit)
{
    for (size_t i = 0; i < sizeof role_names / sizeof role_names[0]; i++)
        if (role_names[i].bit == bit)
            return role_names[i].name;
    return NULL;
}

void eh_admin_roles_text(unsigned roles, char *ret, size_t size)
{
    eh_require(size > 0);
    ret[0] = '\0';
    size_t used = 0;
    for (unsigned bit = 1; bit <= EH_MAY_DELEGATE; bit <<= 1) {
        if (!(roles & bit))
            continue;
        roles &= ~bit;
        const char *glue = used == 0 ? "" : roles ? ", " : " or ";
        int more = snprintf(ret + used, size - used, "%s%s", glue, eh_admin_role_name(bit));
        used += more > 0 && (size_t)more < size - used ? (size_t)more : 0;
    }
    if (used == 0)
        snprintf(ret, size, "none");
}
