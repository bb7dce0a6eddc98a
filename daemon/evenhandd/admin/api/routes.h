/*
 * routes: one table of what can be asked for, by whom. Included by api.h, which declares the
 * handlers, and by routes.c, which finds a request's route.
 *
 * A row: method, pattern, queries, roles, whether it needs the engine, bytes of a body, what a
 * change is logged as, handler; see struct eh_admin_route. The roles are who may have any business
 * there at all; which rep, team or ticket they may see or change is the handler's matter.
 */
#ifndef EVENHAND_ADMIN_API_ROUTES_H
#define EVENHAND_ADMIN_API_ROUTES_H

#define EH_ADMIN_READERS  (EH_MAY_OPERATOR | EH_MAY_AUDITOR | EH_MAY_MANAGER | EH_MAY_REP)
#define EH_ADMIN_MANAGERS (EH_MAY_OPERATOR | EH_MAY_MANAGER)

#define EH_ADMIN_ROUTES(ROUTE)                                                                     \
    ROUTE("GET", "/healthz", "", EH_MAY_ANY | EH_MAY_DELEGATE, false, 0, 0, eh_admin_get_health)   \
    ROUTE("GET", "/metrics", "", EH_MAY_OPERATOR | EH_MAY_AUDITOR, false, 0, 0,                    \
          eh_admin_get_metrics)                                                                    \
    ROUTE("GET", "/v1/status", "", EH_MAY_ANY | EH_MAY_DELEGATE, false, 0, 0, eh_admin_get_status) \
    ROUTE("GET", "/v1/board", "after", EH_ADMIN_READERS, true, 0, 0, eh_admin_get_board)           \
    ROUTE("GET", "/v1/teams", "after", EH_ADMIN_READERS, true, 0, 0, eh_admin_get_teams)           \
    ROUTE("GET", "/v1/teams/{team}", "after", EH_ADMIN_READERS, true, 0, 0, eh_admin_get_team)     \
    ROUTE("GET", "/v1/teams/{team}/fairness", "from to",                                           \
          EH_MAY_OPERATOR | EH_MAY_AUDITOR | EH_MAY_MANAGER, true, 0, 0, eh_admin_get_fairness)    \
    ROUTE("GET", "/v1/teams/{team}/pool", "period explain after", EH_ADMIN_READERS, true, 0, 0,    \
          eh_admin_get_pool)                                                                       \
    ROUTE("GET", "/v1/teams/{team}/pools", "after", EH_ADMIN_READERS, true, 0, 0,                  \
          eh_admin_get_pools)                                                                      \
    ROUTE("GET", "/v1/teams/{team}/pool/days", "period",                                           \
          EH_MAY_OPERATOR | EH_MAY_AUDITOR | EH_MAY_MANAGER, true, 0, 0, eh_admin_get_pool_days)   \
    ROUTE("GET", "/v1/teams/{team}/plan", "period", EH_ADMIN_READERS, true, 0, 0,                  \
          eh_admin_get_plan)                                                                       \
    ROUTE("GET", "/v1/teams/{team}/metrics", "period", EH_ADMIN_READERS, true, 0, 0,               \
          eh_admin_get_figures)                                                                    \
    ROUTE("GET", "/v1/reps", "after", EH_ADMIN_READERS, true, 0, 0, eh_admin_get_reps)             \
    ROUTE("GET", "/v1/reps/{rep}", "", EH_ADMIN_READERS, true, 0, 0, eh_admin_get_rep)             \
    ROUTE("GET", "/v1/absences", "after", EH_ADMIN_READERS, true, 0, 0, eh_admin_get_absences)     \
    ROUTE("GET", "/v1/reps/{rep}/absences", "", EH_ADMIN_READERS, true, 0, 0,                      \
          eh_admin_get_rep_absences)                                                               \
    ROUTE("GET", "/v1/tickets", "team rep source state paused after newest since limit receipts",  \
          EH_ADMIN_READERS | EH_MAY_HELPDESK, true, 0, 0, eh_admin_get_tickets)                    \
    ROUTE("GET", "/v1/tickets/{source}/{id}", "", EH_ADMIN_READERS | EH_MAY_HELPDESK, true, 0, 0,  \
          eh_admin_get_ticket)                                                                     \
    ROUTE("GET", "/v1/entries", "from to source after",                                            \
          EH_MAY_OPERATOR | EH_MAY_AUDITOR | EH_MAY_HELPDESK | EH_MAY_MANAGER, true, 0, 0,         \
          eh_admin_get_entries)                                                                    \
    ROUTE("GET", "/v1/desk", "", EH_ADMIN_READERS, true, 0, 0, eh_admin_get_desk)                  \
    ROUTE("GET", "/v1/me", "", EH_MAY_ANY, true, 0, 0, eh_admin_get_me)                            \
    ROUTE("GET", "/v1/dead", "source after newest since limit",                                    \
          EH_MAY_OPERATOR | EH_MAY_AUDITOR | EH_MAY_HELPDESK, true, 0, 0, eh_admin_get_dead)       \
    ROUTE("GET", "/v1/dead/{input}", "", EH_MAY_OPERATOR | EH_MAY_AUDITOR | EH_MAY_HELPDESK, true, \
          0, 0, eh_admin_get_dead_letter)                                                          \
    ROUTE("GET", "/v1/log", "person team source id after newest since limit",                      \
          EH_MAY_OPERATOR | EH_MAY_AUDITOR | EH_MAY_MANAGER, true, 0, 0, eh_admin_get_log)         \
    ROUTE("GET", "/v1/draws", "after", EH_ADMIN_READERS, true, 0, 0, eh_admin_get_draws)           \
    ROUTE("POST", "/v1/draws/reveal", "dry_run", EH_MAY_OPERATOR, true, 0, EH_MESSAGE_REVEAL,      \
          eh_admin_post_reveal)                                                                    \
    ROUTE("POST", "/v1/reps/{rep}/signal", "", EH_ADMIN_MANAGERS | EH_MAY_REP, true, 0,            \
          EH_MESSAGE_SIGNAL, eh_admin_post_signal)                                                 \
    ROUTE("POST", "/v1/reps/{rep}/release", "", EH_ADMIN_MANAGERS, true, 0, EH_MESSAGE_RELEASE,    \
          eh_admin_post_release)                                                                   \
    ROUTE("POST", "/v1/reps/{rep}/absences", "", EH_ADMIN_MANAGERS | EH_MAY_REP, true, 0,          \
          EH_MESSAGE_ABSENCE, eh_admin_post_absence)                                               \
    ROUTE("POST", "/v1/reps/{rep}/absences/import", "", EH_ADMIN_MANAGERS | EH_MAY_REP, true,      \
          EH_ADMIN_DESK_BODY_MAX, EH_MESSAGE_ABSENCE, eh_admin_post_absences)                      \
    ROUTE("POST", "/v1/tickets", "", EH_MAY_OPERATOR | EH_MAY_HELPDESK, true, 0,                   \
          EH_MESSAGE_TICKET, eh_admin_post_ticket)                                                 \
    ROUTE("POST", "/v1/tickets/{source}/{id}/outcome", "", EH_ADMIN_MANAGERS | EH_MAY_HELPDESK,    \
          true, 0, EH_MESSAGE_OUTCOME, eh_admin_post_ticket_change)                                \
    ROUTE("POST", "/v1/tickets/{source}/{id}/answered", "",                                        \
          EH_ADMIN_MANAGERS | EH_MAY_HELPDESK | EH_MAY_REP, true, 0, EH_MESSAGE_ANSWERED,          \
          eh_admin_post_answered)                                                                  \
    ROUTE("POST", "/v1/tickets/{source}/{id}/update", "",                                          \
          EH_ADMIN_MANAGERS | EH_MAY_HELPDESK | EH_MAY_REP, true, 0, EH_MESSAGE_UPDATE,            \
          eh_admin_post_update)                                                                    \
    ROUTE("POST", "/v1/tickets/{source}/{id}/assign", "", EH_ADMIN_MANAGERS, true, 0,              \
          EH_MESSAGE_ASSIGN, eh_admin_post_ticket_change)                                          \
    ROUTE("POST", "/v1/tickets/{source}/{id}/move", "", EH_ADMIN_MANAGERS, true, 0,                \
          EH_MESSAGE_MOVE, eh_admin_post_ticket_change)                                            \
    ROUTE("POST", "/v1/tickets/{source}/{id}/return", "", EH_ADMIN_MANAGERS, true, 0,              \
          EH_MESSAGE_RETURN, eh_admin_post_ticket_change)                                          \
    ROUTE("POST", "/v1/teams/{team}/metrics", "", EH_ADMIN_MANAGERS, true, 0, EH_MESSAGE_METRIC,   \
          eh_admin_post_metric)                                                                    \
    ROUTE("POST", "/v1/teams/{team}/pool/what-if", "period after",                                 \
          EH_MAY_OPERATOR | EH_MAY_AUDITOR | EH_MAY_MANAGER, true, EH_ADMIN_DESK_BODY_MAX, 0,      \
          eh_admin_post_what_if)                                                                   \
    ROUTE("POST", "/v1/teams/{team}/periods/{period}/freeze", "dry_run", EH_ADMIN_MANAGERS, true,  \
          0, EH_MESSAGE_FREEZE, eh_admin_post_period)                                              \
    ROUTE("POST", "/v1/teams/{team}/periods/{period}/close", "dry_run", EH_ADMIN_MANAGERS, true,   \
          0, EH_MESSAGE_CLOSE, eh_admin_post_period)                                               \
    ROUTE("POST", "/v1/teams/{team}/periods/{period}/pay", "dry_run", EH_ADMIN_MANAGERS, true, 0,  \
          EH_MESSAGE_PAY, eh_admin_post_period)                                                    \
    ROUTE("POST", "/v1/teams/{team}/periods/{period}/exclude", "dry_run", EH_ADMIN_MANAGERS, true, \
          0, EH_MESSAGE_EXCLUDE, eh_admin_post_period)                                             \
    ROUTE("POST", "/v1/teams/{team}/periods/{period}/include", "dry_run", EH_ADMIN_MANAGERS, true, \
          0, EH_MESSAGE_INCLUDE, eh_admin_post_period)                                             \
    ROUTE("POST", "/v1/export", "", EH_MAY_OPERATOR, true, 0, 0, eh_admin_post_export)             \
    ROUTE("POST", "/v1/forget", "", EH_MAY_OPERATOR, true, 0, 0, eh_admin_post_forget)             \
    ROUTE("PUT", "/v1/desk", "dry_run", EH_MAY_OPERATOR, true, EH_ADMIN_DESK_BODY_MAX,             \
          EH_MESSAGE_DESK, eh_admin_put_desk)

#endif
