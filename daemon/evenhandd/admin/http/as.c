/* as: for whom a request asks. See as.h. */
#include "admin/http/as.h"

#include <strings.h>

#include "host/log.h"

/* How often the header was sent, and the last value of it. */
static unsigned header_count(const struct eh_http_request *http, struct eh_str *ret)
{
    unsigned count = 0;
    for (const struct eh_http_header *h = http->headers; h; h = h->next)
        if (strcasecmp(h->name, EH_ADMIN_AS) == 0) {
            *ret = eh_str(h->value);
            count++;
        }
    return count;
}

static int deny_user(const struct eh_peer *peer, struct eh_error *error)
{
    eh_log_limited(EH_LOG_WARNING, "admin-as",
                   "refused over the admin socket user=%s uid=%lu: asks for somebody else, and is "
                   "no delegate",
                   peer->user, (unsigned long)peer->uid);
    return eh_error_set(error, EH_EDENIED,
                        EH_ADMIN_AS ": %s is no delegate and asks for themselves alone; delegates "
                                    "stand in evenhandd.yaml",
                        peer->user);
}

/* Whether somebody may be called so whom the desk file or the configuration can name. */
static int name_check(unsigned count, struct eh_str name, struct eh_error *error)
{
    if (count > 1)
        return eh_error_set(error, EH_EINVAL, EH_ADMIN_AS ": given twice; a request is one user's");
    if (!eh_desk_user_valid(name))
        return eh_error_set(error, EH_EINVAL,
                            EH_ADMIN_AS ": no user is called so; a name is 1 to %d bytes without "
                                        "blanks, colons and slashes",
                            EH_DESK_USER_MAX);
    return 0;
}

int eh_admin_as(struct eh_admin_request *request, struct eh_error *error)
{
    struct eh_app *app = request->admin->app;
    struct eh_peer *delegate = request->peer;
    struct eh_str name;
    unsigned count = eh_peer_is_asked_for(delegate) ? 0 : header_count(request->http, &name);
    if (count == 0)
        return 0;
    if (!(delegate->roles & EH_MAY_DELEGATE))
        return deny_user(delegate, error);
    int r = name_check(count, name, error);
    struct eh_peer *person =
        r == 0 ? eh_peers_for(&request->admin->peers, delegate, name, error) : NULL;
    if (!person)
        return -error->code;
    person->plain = !eh_peer_groups_count(eh_app_config(app), eh_app_engine(app));
    request->peer = person;
    eh_peer_release(delegate);
    return 1;
}
