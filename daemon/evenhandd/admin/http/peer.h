/*
 * peer: who is at the other end of a connection, and what they may do. The kernel says who: a Unix
 * user. Configuration and desk say what follows.
 *
 *     struct eh_peer *peer = eh_peers_of_socket(&peers, fd, &error);   // takes a use
 *     eh_peer_refresh(peer, config, engine);
 *     if (!(peer->roles & EH_MAY_MANAGER) || !eh_peer_manages(peer, desk, team))
 *         …
 *     eh_peer_release(peer);
 */
#ifndef EVENHAND_ADMIN_HTTP_PEER_H
#define EVENHAND_ADMIN_HTTP_PEER_H

#include <sys/types.h>

#include <evenhand/engine/engine.h>

#include "config.h"

#define EH_PEERS_MAX       256 /* users remembered */
#define EH_PEER_GROUPS_MAX 256 /* groups of one user that count */
#define EH_PEER_S          60  /* how long a user's name and groups hold */

/* What somebody may be. Bits: one user may be several. */
enum eh_admin_role {
    EH_MAY_OPERATOR = 1,
    EH_MAY_HELPDESK = 2,
    EH_MAY_AUDITOR = 4,
    EH_MAY_MANAGER = 8,
    EH_MAY_REP = 16
};
#define EH_MAY_ANY 31u

/* A Unix user who has asked, remembered for EH_PEER_S seconds. */
struct eh_peer {
    uid_t uid;
    char user[EH_NAME_MAX + 1]; /* "#1000" when the uid has no name */
    struct eh_arena arena;      /* owns the names of the groups */
    struct eh_str *groups;
    uint32_t group_count;
    int64_t looked_up_us; /* CLOCK_MONOTONIC */
    uint32_t uses;        /* connections and requests that point here */
    uint32_t connections;
    uint32_t commands; /* changes that are not done yet */

    /* What follows from configuration and desk; made anew when the desk changed. */
    bool has_rights, desk_known;
    uint8_t desk_sha256[32];
    unsigned roles;                                  /* EH_MAY_… */
    char rep[EH_ID_MAX + 1];                         /* whom the user is, or "" */
    uint64_t managed[(EH_DESK_TEAMS_MAX + 63) / 64]; /* by index of the team */
};

struct eh_peers {
    struct eh_peer *items[EH_PEERS_MAX];
    uint32_t count;
};

/* The user at the other end of `fd`; takes a use. NULL: not to be had (error says why). */
struct eh_peer *eh_peers_of_socket(struct eh_peers *, int fd, struct eh_error *);
void eh_peer_release(struct eh_peer *);
void eh_peers_done(struct eh_peers *);
/* Looks name and groups up again when they are old, and works out the roles. */
void eh_peer_refresh(struct eh_peer *, const struct eh_config *, const struct eh_engine *);
bool eh_peer_manages(const struct eh_peer *, const struct eh_desk *, struct eh_str team);
/* Manages a team the rep is a member of today. */
bool eh_peer_manages_rep(const struct eh_peer *, const struct eh_rep_view *);
/* ... and every team the rep is in today: what is said of the rep's state holds in all of them. */
bool eh_peer_manages_whole_rep(const struct eh_peer *, const struct eh_engine *,
                               const struct eh_rep_view *);
/* Manages a team of which the rep has open tickets, in it or not. */
bool eh_peer_holds_managed(const struct eh_peer *, const struct eh_engine *, struct eh_str rep);
bool eh_peer_is_rep(const struct eh_peer *, struct eh_str rep);
bool eh_peer_sees_all(const struct eh_peer *); /* operator or auditor */
/* What all share keeps something back for them: they get in when everybody else has filled it. */
bool eh_peer_has_reserve(const struct eh_peer *);
/* Everybody in a team sees it, whether or not their time in it has come or gone. */
bool eh_peer_sees_team(const struct eh_peer *, const struct eh_desk *, const struct eh_desk_team *);
const char *eh_admin_role_name(unsigned bit);
/* "operator or helpdesk" */
void eh_admin_roles_text(unsigned roles, char *ret, size_t size);

#endif
