/* Requests as they go over the wire: where a secret is put in, and where it is not. */
#include <criterion/criterion.h>

#include "bridge/out/render.h"

static json_t *read_json(const char *text)
{
    json_t *value = json_loads(text, 0, NULL);
    cr_assert(value, "%s", text);
    return value;
}

static const char *header_of(const struct eh_rendered *rendered, const char *name)
{
    const char *value = json_string_value(json_object_get(rendered->headers, name));
    return value ? value : "";
}

/* Renders a request whose log-in is "ana:se\"cret:x"; body and one header are compared. */
static void expect(const char *request, const char *auth_body, bool is_login, const char *body,
                   const char *authorization)
{
    struct eh_error error = {0};
    struct eh_rendered rendered = {0};
    json_t *asked = read_json(request), *auth = read_json("{\"Authorization\": \"Basic {basic}\"}");
    json_t *signing = auth_body ? read_json(auth_body) : NULL;
    const struct eh_render_words words = {.secret = "ana:se\"cret:x",
                                          .session = "s-1",
                                          .url = "https://help.example.com",
                                          .auth_body = signing};
    cr_assert_eq(eh_render(asked, is_login ? NULL : auth, &words, is_login, &rendered, &error), 0,
                 "%s", error.text);
    cr_expect_eq(rendered.body.size, strlen(body), "%.*s", (int)rendered.body.size,
                 rendered.body.data);
    cr_expect(eh_str_equal(rendered.body, eh_str(body)), "%.*s", (int)rendered.body.size,
              rendered.body.data);
    cr_expect_str_eq(header_of(&rendered, "Authorization"), authorization);
    eh_rendered_done(&rendered);
    json_decref(asked);
    json_decref(auth);
    json_decref(signing);
}

#define SIGNING                                                                                    \
    "{\"UserLogin\": \"{user}\", \"Password\": \"{password}\", \"Session\": \"{session}\"}"
#define BASIC "Basic YW5hOnNlImNyZXQ6eA=="

Test(render, a_body_of_a_program_gets_no_secret)
{
    expect("{\"method\": \"PUT\", \"path\": \"/x\", \"body\": {\"a\": \"{secret} {password}\"}}",
           NULL, false, "{\"a\":\"{secret} {password}\"}", BASIC);
    expect("{\"method\": \"PUT\", \"path\": \"/x\", \"form\": {\"a\": \"{secret}\"}}", NULL, false,
           "a=%7Bsecret%7D", BASIC);
}

Test(render, what_auth_body_names_is_set_in_each_object)
{
    expect("{\"method\": \"POST\", \"path\": \"/x\", \"body\": {\"a\": \"{secret}\", \"Password\": "
           "1}}",
           SIGNING, false,
           "{\"a\":\"{secret}\",\"Password\":\"se\\\"cret:x\",\"UserLogin\":\"ana\","
           "\"Session\":\"s-1\"}",
           BASIC);
    expect("{\"path\": \"/x\"}", SIGNING, false, "", BASIC);
    expect("{\"method\": \"POST\", \"path\": \"/x\", \"body\": [1]}", SIGNING, false, "[1]", BASIC);
}

Test(render, a_login_has_the_parts_of_the_secret)
{
    expect("{\"method\": \"POST\", \"path\": \"/x\", \"form\": {\"u\": \"{user}\", \"p\": "
           "\"{password}\"}}",
           SIGNING, true, "u=ana&p=se%22cret%3Ax", "");
    expect("{\"method\": \"POST\", \"path\": \"/x\", \"body\": {\"p\": \"{secret}\"}}", SIGNING,
           true, "{\"p\":\"ana:se\\\"cret:x\"}", "");
}

Test(render, a_request_may_say_that_it_is_a_login)
{
    expect("{\"method\": \"POST\", \"path\": \"/x\", \"login\": true, \"body\": {\"p\": "
           "\"{password}\"}}",
           SIGNING, false, "{\"p\":\"se\\\"cret:x\"}", BASIC);
    expect("{\"method\": \"POST\", \"path\": \"/x\", \"login\": 1, \"body\": {\"p\": "
           "\"{password}\"}}",
           NULL, false, "{\"p\":\"{password}\"}", BASIC);
}

/* The digest was made by `openssl dgst -sha256 -hmac`. */
Test(render, a_request_is_signed_with_its_time_method_path_and_body)
{
    struct eh_error error = {0};
    struct eh_rendered rendered = {0};
    json_t *asked = read_json("{\"method\": \"POST\", \"path\": \"/x?a=1\", \"body\": {\"b\": 2}}");
    json_t *auth = read_json("{\"At\": \"{timestamp}\", \"By\": \"sha256={signature}\"}");
    const struct eh_render_words words = {.secret = "s3cret", .now_s = 1764460800};
    cr_assert_eq(eh_render(asked, auth, &words, false, &rendered, &error), 0, "%s", error.text);
    cr_expect_str_eq(header_of(&rendered, "At"), "1764460800");
    cr_expect_str_eq(header_of(&rendered, "By"),
                     "sha256=9c1f3b91b5dcd2db61a5db907f9c83e908ce95dc0185a81d8e7c83f03c004c8f");
    eh_rendered_done(&rendered);
    json_decref(asked);
    json_decref(auth);
}
