/*
 * fuzz/web: any bytes as a cookie, a link or a form: nobody comes in without the key, and what is
 * written of it is no markup.
 */
#include "fuzz.h"
#include "web/html/form.h"
#include "web/html/html.h"
#include "web/sign/token.h"

static const struct eh_sign_key key = {"a key that no input can know ..."};

static void try_token(struct eh_str text)
{
    struct eh_token token;
    for (int use = EH_TOKEN_LINK; use <= EH_TOKEN_FORM; use++)
        eh_require(!eh_token_read(&key, (enum eh_token_use)use, text, &token));
}

/* A document of values alone has none of the characters that make markup. */
static void check_escaped(const struct eh_html *html)
{
    struct eh_str made = eh_str_n((const char *)html->out.data, html->out.size);
    size_t bad_at;
    eh_require(!html->out.failed && eh_utf8_valid(made, &bad_at));
    for (uint32_t i = 0; i < made.size; i++)
        eh_require(!strchr("<>\"'", made.data[i]) || !made.data[i]);
}

static void try_form(struct eh_str body)
{
    EH_AUTO(eh_arena) struct eh_arena arena = EH_ARENA_INIT;
    EH_AUTO(eh_html) struct eh_html html = EH_HTML_INIT;
    struct eh_form form;
    if (eh_form_parse(body, &arena, &form, NULL) < 0)
        return;
    eh_require(form.count <= EH_FORM_FIELDS_MAX);
    for (unsigned i = 0; i < form.count; i++) {
        eh_require(strcmp(eh_form_get(&form, form.fields[i].name), form.fields[i].value) == 0);
        eh_html(&html, "%s%s", form.fields[i].name, form.fields[i].value);
        eh_html_url(&html, "%s", form.fields[i].value);
        try_token(eh_str(form.fields[i].value));
    }
    check_escaped(&html);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    EH_AUTO(eh_html) struct eh_html html = EH_HTML_INIT;
    struct eh_str text = eh_str_n((const char *)data, size);
    try_token(text);
    try_form(text);
    eh_html_text(&html, text);
    check_escaped(&html);
    return 0;
}
