/*
 * entry: the way in and out. A link that is fetched shows a button, because mail programs fetch
 * links; the button uses it.
 */
#include "host/log.h"
#include "web/sign/sign.h"
#include "web/serve/private.h"

#define SIGN_IN "/sign-in"

static bool is_post(const struct eh_http_request *request)
{
    return strcmp(request->method, "POST") == 0;
}

static void say_how(const struct eh_serve *serve, struct eh_http_request *request)
{
    EH_AUTO(eh_html) struct eh_html main = EH_HTML_INIT;
    eh_html(&main, "<h1>Sign in</h1>");
    if (serve->config->by_links)
        eh_html(&main, "<p class=\"lead\">A link lets you in, once and within 15 minutes. Your "
                       "manager can make one for you, or whoever runs evenhand.</p>");
    else
        eh_html(&main, "<p class=\"lead\">Your organisation signs you in before this page.</p>");
    eh_reply_plain(request, 200, "Sign in", &main);
}

static void show_button(struct eh_serve *serve, struct eh_http_request *request, const char *token)
{
    EH_AUTO(eh_html) struct eh_html main = EH_HTML_INIT;
    struct eh_token link;
    if (!eh_sign_link_holds(serve->sign, eh_str(token), &link)) {
        eh_reply_say(request, 403, "This link is over",
                     "It is no link of ours, or it is older than 15 minutes. Ask for a new one.");
        return;
    }
    eh_html(&main,
            "<h1>Hello, %s</h1><p class=\"lead\">This signs you in on this device for 30 days."
            "</p><form method=\"post\" action=\"" SIGN_IN "\"><input type=\"hidden\" "
            "name=\"link\" value=\"%s\"><button class=\"main\">Sign in</button></form>",
            link.name, token);
    eh_reply_plain(request, 200, "Sign in", &main);
}

static void use_link(struct eh_serve *serve, struct eh_http_request *request)
{
    struct eh_form form;
    struct eh_error error = {0};
    const char *cookie;
    char name[EH_NAME_MAX + 1];
    int r = eh_form_parse(request->body, &request->arena, &form, &error);
    if (r == 0)
        r = eh_sign_use(serve->sign, eh_str(eh_form_get(&form, "link")), &request->arena, &cookie,
                        name, &error);
    if (r < 0) {
        eh_reply_say(request,
                     r == -EH_EDENIED        ? 403
                     : r == -EH_EUNAVAILABLE ? 503
                                             : 400,
                     "Not signed in", error.text);
        return;
    }
    eh_log(EH_LOG_INFO, "signed in by a link user=%s", name);
    const struct eh_http_header session = {"Set-Cookie", cookie, NULL};
    eh_reply_go(request, "/", &session);
}

bool eh_entry_take(struct eh_serve *serve, struct eh_http_request *request)
{
    const char *path = request->path;
    bool shown = strcmp(path, SIGN_IN) == 0;
    if (shown && is_post(request))
        use_link(serve, request);
    else if (shown)
        say_how(serve, request);
    else if (strncmp(path, EH_SIGN_LINK_PATH, strlen(EH_SIGN_LINK_PATH)) == 0 && !is_post(request))
        show_button(serve, request, path + strlen(EH_SIGN_LINK_PATH));
    else
        return false;
    return true;
}

/* Of all devices. False: answered. */
static bool end_all(struct eh_serve *serve, struct eh_http_request *request,
                    const struct eh_who *who)
{
    struct eh_error error = {0};
    if (who->by_proxy || eh_sign_revoke(serve->sign, eh_str(who->name), &error) == 0) {
        eh_log(EH_LOG_INFO, "signed out everywhere user=%s", who->name);
        return true;
    }
    eh_reply_say(request, 503, "Still signed in", error.text);
    return false;
}

void eh_entry_sign_out(struct eh_serve *serve, struct eh_http_request *request,
                       const struct eh_who *who)
{
    struct eh_form form;
    if (eh_form_parse(request->body, &request->arena, &form, NULL) < 0 ||
        !eh_sign_form_is(serve->sign, who, eh_form_get(&form, "token"))) {
        eh_reply_say(request, 403, "Still signed in", "The form is too old. Try once more.");
        return;
    }
    if (*eh_form_get(&form, "everywhere") && !end_all(serve, request, who))
        return;
    const struct eh_http_header session = {"Set-Cookie", eh_sign_out(serve->sign, &request->arena),
                                           NULL};
    eh_reply_go(request, SIGN_IN, &session);
}
