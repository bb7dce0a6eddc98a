/*
 * peer: who asks, told by the kernel, and what he may.
 *
 * Name and groups come from the system's user database, which may be slow (LDAP), so they are
 * remembered for EH_PEER_S seconds; a uid keeps its entry as long as a connection uses it.
 */
#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "admin/http/peer.h"
#include "host/clock.h"

#define USER_DATABASE_BUFFER 16384 /* bytes of one entry of passwd or group */
#define GROUP_BUFFER_MAX     (1u << 20)

/* ---- Name and groups. */

static void set_name(struct eh_peer *peer, const char *name)
{
    struct eh_str text = eh_str(name);
    if (name && eh_name_valid(text, EH_NAME_MAX))
        snprintf(peer->user, sizeof peer->user, "%s", name);
    else
        snprintf(peer->user, sizeof peer->user, "#%lu", (unsigned long)peer->uid);
}

/* Name of a group into the peer's list; groups without a name do not count. */
static void add_group(struct eh_peer *peer, gid_t gid)
{
    size_t size = USER_DATABASE_BUFFER;
    char *buffer = malloc(size);
    struct group group, *found = NULL;
    int r = buffer ? getgrgid_r(gid, &group, buffer, size, &found) : ENOMEM;
    while (r == ERANGE && size < GROUP_BUFFER_MAX) { /* groups with very many members */
        size *= 4;
        char *larger = realloc(buffer, size);
        if (!larger)
            break;
        buffer = larger;
        r = getgrgid_r(gid, &group, buffer, size, &found);
    }
    if (r == 0 && found) {
        struct eh_str name = eh_arena_str(&peer->arena, eh_str(found->gr_name));
        if (name.data)
            peer->groups[peer->group_count++] = name;
    }
    free(buffer);
}

static void look_up(struct eh_peer *peer)
{
    char buffer[USER_DATABASE_BUFFER];
    struct passwd entry, *found = NULL;
    int r = getpwuid_r(peer->uid, &entry, buffer, sizeof buffer, &found);

    eh_arena_reset(&peer->arena);
    peer->groups = NULL;
    peer->group_count = 0;
    peer->has_rights = false;
    peer->looked_up_us = eh_clock_monotonic_us();
    if (r != 0 || !found) {
        set_name(peer, NULL);
        return;
    }
    set_name(peer, found->pw_name);

    gid_t gids[EH_PEER_GROUPS_MAX];
    int count = EH_PEER_GROUPS_MAX;
    if (getgrouplist(found->pw_name, found->pw_gid, gids, &count) < 0) {
        eh_log_limited(EH_LOG_WARNING, "admin-groups",
                       "user %s is in more than %d groups; only the first ones count", peer->user,
                       EH_PEER_GROUPS_MAX);
        count = EH_PEER_GROUPS_MAX;
    }
    peer->groups = eh_arena_alloc(&peer->arena, (size_t)count * sizeof *peer->groups);
    for (int i = 0; peer->groups && i < count; i++)
        add_group(peer, gids[i]);
}

/* ---- The memory of peers. */

static void peer_free(struct eh_peer *peer)
{
    eh_arena_done(&peer->arena);
    free(peer);
}

/* Makes room by forgetting the one looked up longest ago that nobody uses. */
static bool forget_one(struct eh_peers *peers)
{
    uint32_t oldest = EH_PEERS_MAX;
    for (uint32_t i = 0; i < peers->count; i++) {
        const struct eh_peer *peer = peers->items[i];
        if (peer->uses == 0 &&
            (oldest == EH_PEERS_MAX || peer->looked_up_us < peers->items[oldest]->looked_up_us))
            oldest = i;
    }
    if (oldest == EH_PEERS_MAX)
        return false;
    peer_free(peers->items[oldest]);
    peers->items[oldest] = peers->items[--peers->count];
    return true;
}

static struct eh_peer *peer_of_uid(struct eh_peers *peers, uid_t uid)
{
    for (uint32_t i = 0; i < peers->count; i++)
        if (peers->items[i]->uid == uid)
            return peers->items[i];
    if (peers->count == EH_PEERS_MAX && !forget_one(peers))
        return NULL;

    struct eh_peer *peer = calloc(1, sizeof *peer);
    if (!peer)
        return NULL;
    peer->uid = uid;
    look_up(peer);
    peers->items[peers->count++] = peer;
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

void eh_peers_done(struct eh_peers *peers)
{
    for (uint32_t i = 0; i < peers->count; i++)
        peer_free(peers->items[i]);
    peers->count = 0;
}

/* ---- Rights. */

static bool in_group(const struct eh_peer *peer, struct eh_str group)
{
    for (uint32_t i = 0; i < peer->group_count; i++)
        if (eh_str_equal(peer->groups[i], group))
            return true;
    return false;
}

static bool in_users(const struct eh_peer *peer, const struct eh_config_users *users)
{
    for (uint32_t i = 0; i < users->count; i++) {
        const struct eh_config_user *user = &users->items[i];
        struct eh_str name = eh_str(user->name);
        if (user->is_group ? in_group(peer, name) : eh_str_equal(eh_str(peer->user), name))
            return true;
    }
    return false;
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

static unsigned config_roles(const struct eh_peer *peer, const struct eh_config *config)
{
    unsigned roles = 0;
    if (peer->uid == 0 || peer->uid == geteuid() || in_users(peer, &config->operators))
        roles |= EH_MAY_OPERATOR;
    if (in_users(peer, &config->helpdesks))
        roles |= EH_MAY_HELPDESK;
    if (in_users(peer, &config->auditors))
        roles |= EH_MAY_AUDITOR;
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
    if (eh_clock_monotonic_us() - peer->looked_up_us > EH_PEER_S * INT64_C(1000000))
        look_up(peer);

    const struct eh_desk *desk = engine ? eh_engine_desk(engine) : NULL;
    struct eh_totals totals = {0};
    if (desk)
        eh_engine_totals(engine, &totals);
    if (peer->has_rights && peer->desk_known == (desk != NULL) &&
        memcmp(peer->desk_sha256, totals.desk_sha256, sizeof peer->desk_sha256) == 0)
        return;

    memset(peer->managed, 0, sizeof peer->managed);
    peer->rep[0] = '\0';
    peer->roles = config_roles(peer, config);
    if (desk)
        peer->roles |= desk_roles(peer, desk);
    memcpy(peer->desk_sha256, totals.desk_sha256, sizeof peer->desk_sha256);
    peer->desk_known = desk != NULL;
    peer->has_rights = true;
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
    {EH_MAY_MANAGER, "manager"},   {EH_MAY_REP, "rep"},
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
    for (unsigned bit = 1; bit <= EH_MAY_REP; bit <<= 1) {
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
