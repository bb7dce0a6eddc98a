/*
 * peer: who asks, and what they may do. The kernel says who is at the other end of a connection: a
 * Unix user. A delegate among these says for whom it asks (as.h). Configuration and desk say what
 * follows.
 *
 *     struct eh_peer *peer = eh_peers_of_socket(&peers, fd, &error);   // takes a use
 *     if (!eh_peer_is_current(peer))
 *         return;                              // on_looked_up(context, peer) comes, and comes soon
 *     eh_peer_refresh(peer, config, engine);
 *     if (!(peer->roles & EH_MAY_MANAGER) || !eh_peer_manages(peer, desk, team))
 *         …
 *     eh_peer_release(peer);
 */
#ifndef EVENHAND_ADMIN_HTTP_PEER_H
#define EVENHAND_ADMIN_HTTP_PEER_H

#include <event2/event.h>
#include <sys/types.h>

#include <evenhand/engine/engine.h>

#include <evenhand/wire/actor.h>

#include "config.h"

#define EH_PEERS_MAX            256  /* users remembered */
#define EH_PEERS_FOR_MAX        1024 /* people remembered for whom delegates asked */
#define EH_PEER_S               60   /* how long a user's name and groups hold ... */
#define EH_PEER_REFRESH_S       30   /* ... and from when on a request has them looked up again */
#define EH_PEER_LOOKUPS_MAX     4    /* under way at a time; the others wait ... */
#define EH_PEER_LOOKUPS_FOR_MAX 3    /* ... and one place is not for people asked for */

/* What somebody may be. Bits: one user may be several. */
enum eh_admin_role {
    EH_MAY_OPERATOR = 1,
    EH_MAY_HELPDESK = 2,
    EH_MAY_AUDITOR = 4,
    EH_MAY_MANAGER = 8,
    EH_MAY_REP = 16,
    EH_MAY_DELEGATE = 32 /* to ask for somebody else; of itself it may next to nothing */
};
#define EH_MAY_ANY 31u /* whoever has business of their own here */

struct eh_peers;

/* A Unix user who has asked, or somebody for whom a delegate has. */
struct eh_peer {
    struct eh_peers *peers;
    uid_t uid;                               /* whom the kernel names */
    char user[EH_NAME_MAX + 1];              /* "#1000" when the uid has no name */
    char through[EH_ACTOR_DELEGATE_MAX + 1]; /* the delegate who asks for `user`; or "" */
    bool plain;            /* asked for, while no group has a role: nothing to look up */
    struct eh_arena arena; /* owns the names of the groups */
    struct eh_str *groups;
    uint32_t group_count;
    bool looked_up;                        /* name and groups were found out once */
    bool wants_lookup;                     /* waits for one of the lookups under way to end */
    struct eh_child *lookup;               /* under way, or NULL */
    int64_t lookup_began_us, looked_up_us; /* monotonic; the second: when the last good one began */
    uint32_t uses;                         /* connections and requests that point here */
    uint32_t connections;
    uint32_t commands; /* changes that are not done yet */

    /* What follows from configuration and desk; made anew when the desk changed. */
    bool has_rights, desk_known;
    uint8_t desk_sha256[32];
    unsigned roles;                                  /* EH_MAY_… */
    char rep[EH_ID_MAX + 1];                         /* whom the user is, or "" */
    uint64_t managed[(EH_DESK_TEAMS_MAX + 63) / 64]; /* by index of the team */
    const struct eh_config *config;
    uint64_t helpdesks; /* items of config->helpdesks that name the user, by index */
};

typedef void eh_peer_fn(void *context, struct eh_peer *);

struct eh_peers {
    struct event_base *base;
    eh_peer_fn *on_looked_up; /* a lookup has ended, well or not */
    void *context;
    uint32_t looking, looking_for; /* lookups under way; of which of people asked for */
    struct eh_peer *items[EH_PEERS_MAX];
    uint32_t count;
    struct eh_peer *others[EH_PEERS_FOR_MAX]; /* for whom delegates asked */
    uint32_t other_count;
};

void eh_peers_init(struct eh_peers *, struct event_base *, eh_peer_fn *on_looked_up, void *context);
/* The user at the other end of `fd`; takes a use. NULL: not to be had (error says why). */
struct eh_peer *eh_peers_of_socket(struct eh_peers *, int fd, struct eh_error *);
/* The person of this name, for whom `delegate` asks; takes a use. NULL: not to be had (error says
 * why). */
struct eh_peer *eh_peers_for(struct eh_peers *, const struct eh_peer *delegate, struct eh_str name,
                             struct eh_error *);
void eh_peer_release(struct eh_peer *);
void eh_peers_done(struct eh_peers *);
/* Are name and groups known, and not too old? Has them looked up when they are not, and when they
 * soon will be. */
bool eh_peer_is_current(struct eh_peer *);
bool eh_peer_is_awaited(const struct eh_peer *); /* on_looked_up will be called for it */
/* Works the roles out, from what is known of the user. */
void eh_peer_refresh(struct eh_peer *, const struct eh_config *, const struct eh_engine *);
/* Whether groups have a role: else the name says all of somebody who is asked for. */
bool eh_peer_groups_count(const struct eh_config *, const struct eh_engine *);
bool eh_peer_is_asked_for(const struct eh_peer *);
/* The name for log and messages: with the delegate's, where one asks. */
void eh_peer_actor(const struct eh_peer *, char ret[EH_NAME_MAX + 1]);
bool eh_peer_manages(const struct eh_peer *, const struct eh_desk *, struct eh_str team);
/* Manages a team the rep is a member of today. */
bool eh_peer_manages_rep(const struct eh_peer *, const struct eh_rep_view *);
/* ... and every team the rep is in today: what is said of the rep's state holds in all of them. */
bool eh_peer_manages_whole_rep(const struct eh_peer *, const struct eh_engine *,
                               const struct eh_rep_view *);
/* Whether they see everybody, are the rep, or manage a team of theirs. */
bool eh_peer_sees_rep(const struct eh_peer *, const struct eh_rep_view *);
/* Manages a team of which the rep has open tickets, in it or not. */
bool eh_peer_holds_managed(const struct eh_peer *, const struct eh_engine *, struct eh_str rep);
bool eh_peer_is_rep(const struct eh_peer *, struct eh_str rep);
bool eh_peer_sees_all(const struct eh_peer *); /* operator or auditor */
/* A helpdesk reads what came from the sources that the configuration gives it; one that is named
 * without any, what came from the source that is called as its user. */
bool eh_peer_owns_source(const struct eh_peer *, struct eh_str source);
/* It writes under the same; one that is named without sources, under any. */
bool eh_peer_writes_source(const struct eh_peer *, struct eh_str source);
/* The one source that it owns; empty: it owns none, or more. */
struct eh_str eh_peer_only_source(const struct eh_peer *);
/* What all share keeps something back for them: they get in when everybody else has filled it. */
bool eh_peer_has_reserve(const struct eh_peer *);
/* Everybody in a team sees it, whether or not their time in it has come or gone. */
bool eh_peer_sees_team(const struct eh_peer *, const struct eh_desk *, const struct eh_desk_team *);
const char *eh_admin_role_name(unsigned bit);
/* "operator or helpdesk" */
void eh_admin_roles_text(unsigned roles, char *ret, size_t size);

#endif
