/*
 * changes: one table of what can be changed from a page. A change is a form: a row here says what
 * POST of the admin API becomes of it.
 *
 *     static int make(const struct eh_form *f, struct eh_change_made *ret, struct eh_error *why)
 *     {
 *         (void)why;
 *         eh_change_to(ret, "/v1/reps/%s/release", eh_form_get(f, "rep"));
 *         eh_change_put_text(ret, f, "reason");
 *         return 0;
 *     }
 *
 *     const struct eh_change_kind *kind = eh_change_find("/change/release"); // NULL: there is none
 */
#ifndef EVENHAND_WEB_CHANGE_CHANGES_H
#define EVENHAND_WEB_CHANGE_CHANGES_H

#include <jansson.h>

#include "web/html/form.h"

struct eh_change_made {
    struct eh_bytes target; /* of the admin API */
    json_t *body;
};
#define EH_CHANGE_MADE_INIT                                                                        \
    {                                                                                              \
        EH_BYTES_INIT, NULL                                                                        \
    }

struct eh_change_kind {
    const char *path; /* the form's action: "/change/signal" */
    /* What the form asks for; an error is a sentence for the person. */
    int (*make)(const struct eh_form *, struct eh_change_made *ret, struct eh_error *);
};

/* Ends with a path that is NULL. */
extern const struct eh_change_kind eh_change_kinds[];
const struct eh_change_kind *eh_change_find(const char *path);

/* Between the table and its rows: the target, whose values are percent-encoded, and keys of the
 * body. */
void eh_change_to(struct eh_change_made *, const char *format, ...) EH_PRINTF(2, 3);
void eh_change_put(struct eh_change_made *, const char *key, json_t *value); /* takes it over */
/* A field as text under a key of its name; one that is empty is left out. */
void eh_change_put_text(struct eh_change_made *, const struct eh_form *, const char *field);
void eh_change_made_done(struct eh_change_made *);

/* The rows. */
int eh_change_signal(const struct eh_form *, struct eh_change_made *, struct eh_error *);
int eh_change_state(const struct eh_form *, struct eh_change_made *, struct eh_error *);
int eh_change_release(const struct eh_form *, struct eh_change_made *, struct eh_error *);
int eh_change_assign(const struct eh_form *, struct eh_change_made *, struct eh_error *);
int eh_change_move(const struct eh_form *, struct eh_change_made *, struct eh_error *);
int eh_change_return(const struct eh_form *, struct eh_change_made *, struct eh_error *);
int eh_change_outcome(const struct eh_form *, struct eh_change_made *, struct eh_error *);
int eh_change_answered(const struct eh_form *, struct eh_change_made *, struct eh_error *);
int eh_change_pause(const struct eh_form *, struct eh_change_made *, struct eh_error *);
int eh_change_resume(const struct eh_form *, struct eh_change_made *, struct eh_error *);
int eh_change_period(const struct eh_form *, struct eh_change_made *, struct eh_error *);
int eh_change_aside(const struct eh_form *, struct eh_change_made *, struct eh_error *);

#endif
