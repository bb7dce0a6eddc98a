/* by_hand: what a manager does by hand to a ticket or a rep. Each is asked why: it stands in the
 * log. */
#include "web/change/changes.h"

static int need(const struct eh_form *form, const char *field, const char *sentence,
                struct eh_error *error)
{
    const char *text = eh_form_get(form, field);
    while (*text == ' ')
        text++;
    return *text ? 0 : eh_error_field(error, EH_EINVAL, field, "%s", sentence);
}

static int need_reason(const struct eh_form *form, struct eh_error *error)
{
    return need(form, "reason", "A reason is needed: it stands in the log.", error);
}

static int need_ticket(const struct eh_form *form, struct eh_error *error)
{
    static const char *const sentence = "The form does not say which ticket.";
    int r = need(form, "source", sentence, error);
    return r < 0 ? r : need(form, "id", sentence, error);
}

int eh_change_assign(const struct eh_form *form, struct eh_change_made *ret, struct eh_error *error)
{
    int r = need_ticket(form, error);
    if (r == 0)
        r = need(form, "rep", "Say who is to have it.", error);
    if (r == 0)
        r = need_reason(form, error);
    if (r < 0)
        return r;
    eh_change_to(ret, "/v1/tickets/%s/%s/assign", eh_form_get(form, "source"),
                 eh_form_get(form, "id"));
    eh_change_put_text(ret, form, "rep");
    eh_change_put_text(ret, form, "reason");
    return 0;
}

int eh_change_move(const struct eh_form *form, struct eh_change_made *ret, struct eh_error *error)
{
    int r = need_ticket(form, error);
    if (r == 0)
        r = need(form, "team", "Say which team is to have it.", error);
    if (r == 0)
        r = need_reason(form, error);
    if (r < 0)
        return r;
    eh_change_to(ret, "/v1/tickets/%s/%s/move", eh_form_get(form, "source"),
                 eh_form_get(form, "id"));
    eh_change_put_text(ret, form, "team");
    eh_change_put_text(ret, form, "reason");
    return 0;
}

int eh_change_return(const struct eh_form *form, struct eh_change_made *ret, struct eh_error *error)
{
    int r = need_ticket(form, error);
    if (r == 0)
        r = need_reason(form, error);
    if (r < 0)
        return r;
    eh_change_to(ret, "/v1/tickets/%s/%s/return", eh_form_get(form, "source"),
                 eh_form_get(form, "id"));
    eh_change_put_text(ret, form, "reason");
    return 0;
}

/* "won", or "cancelled spam": with the reason. */
int eh_change_outcome(const struct eh_form *form, struct eh_change_made *ret,
                      struct eh_error *error)
{
    const char *said = eh_form_get(form, "outcome"), *blank = strchr(said, ' ');
    size_t size = blank ? (size_t)(blank - said) : strlen(said);
    int r = need_ticket(form, error);
    if (r == 0)
        r = need(form, "outcome", "Say what became of it.", error);
    if (r < 0)
        return r;
    eh_change_to(ret, "/v1/tickets/%s/%s/outcome", eh_form_get(form, "source"),
                 eh_form_get(form, "id"));
    eh_change_put(ret, "outcome", json_stringn(said, size));
    if (blank)
        eh_change_put(ret, "reason", json_string(blank + 1));
    return 0;
}

static int need_rep(const struct eh_form *form, struct eh_error *error)
{
    return need(form, "rep", "The form does not say which rep.", error);
}

int eh_change_release(const struct eh_form *form, struct eh_change_made *ret,
                      struct eh_error *error)
{
    int r = need_rep(form, error);
    if (r == 0)
        r = need_reason(form, error);
    if (r < 0)
        return r;
    eh_change_to(ret, "/v1/reps/%s/release", eh_form_get(form, "rep"));
    eh_change_put_text(ret, form, "reason");
    return 0;
}

/* Whether it needs a reason depends on the state that it ends, and is for the API to say. */
int eh_change_state(const struct eh_form *form, struct eh_change_made *ret, struct eh_error *error)
{
    int r = need_rep(form, error);
    if (r == 0)
        r = need(form, "status", "The form does not say which state.", error);
    if (r < 0)
        return r;
    eh_change_to(ret, "/v1/reps/%s/signal", eh_form_get(form, "rep"));
    eh_change_put_text(ret, form, "status");
    eh_change_put_text(ret, form, "reason");
    return 0;
}
