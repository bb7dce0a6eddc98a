/* page: what a screen asks for, and the values of what it gets. */
#include "web/screens/page.h"

static struct eh_page_answer *answer_find(struct eh_page *page, const char *person,
                                          const char *target)
{
    for (unsigned i = 0; i < page->answer_count; i++)
        if (!page->answers[i].body && strcmp(page->answers[i].target, target) == 0 &&
            strcmp(page->answers[i].person, person) == 0)
            return &page->answers[i];
    return NULL;
}

static struct eh_page_answer *answer_add(struct eh_page *page, const char *person,
                                         const char *target)
{
    static const struct eh_answer too_many = {.why = "this page asks for too much"};
    struct eh_page_answer *own = &page->answers[page->answer_count++];
    *own = (struct eh_page_answer){.person = person, .target = target, .wanted = true};
    if (page->answer_count == EH_PAGE_ANSWERS_MAX)
        *own = (struct eh_page_answer){.person = "", .target = "", .answer = too_many};
    return own;
}

static void take_known(struct eh_page *page, struct eh_page_answer *own)
{
    const struct eh_answer *known = eh_answers_find(page->pages->answers, own->person, own->target);
    if (!known)
        return;
    own->wanted = false;
    own->answer = *known;
    own->answer.why = known->why ? eh_page_text(page, "%s", known->why) : NULL;
    json_incref(known->body);
}

const struct eh_answer *eh_page_found(struct eh_page *page, const char *person, const char *target)
{
    struct eh_page_answer *own = answer_find(page, person, target);
    if (!own && page->answer_count == EH_PAGE_ANSWERS_MAX)
        own = &page->answers[EH_PAGE_ANSWERS_MAX - 1];
    if (!own) {
        own = answer_add(page, person, target);
        if (own->wanted)
            take_known(page, own);
    }
    return own->wanted ? NULL : &own->answer;
}

static const char *target_of(struct eh_page *page, const char *format, va_list values)
{
    EH_AUTO(eh_bytes) struct eh_bytes target = EH_BYTES_INIT;
    eh_url_v(&target, format, values);
    eh_require(!target.failed);
    const char *kept =
        eh_arena_str(page->arena, eh_str_n((const char *)target.data, target.size)).data;
    eh_require(kept);
    return kept;
}

const struct eh_answer *eh_page_ask(struct eh_page *page, const char *format, ...)
{
    va_list values;
    va_start(values, format);
    const char *target = target_of(page, format, values);
    va_end(values);
    const struct eh_answer *answer = eh_page_found(page, page->who.name, target);
    struct eh_page_answer *own = answer_find(page, page->who.name, target);
    if (own)
        own->looked_at = true;
    return answer;
}

static struct eh_page_answer *try_find(struct eh_page *page, const char *body, const char *target)
{
    for (unsigned i = 0; i < page->answer_count; i++) {
        const struct eh_page_answer *own = &page->answers[i];
        if (own->body && strcmp(own->body, body) == 0 && strcmp(own->target, target) == 0)
            return &page->answers[i];
    }
    return NULL;
}

const struct eh_answer *eh_page_try(struct eh_page *page, const char *body, const char *format, ...)
{
    va_list values;
    va_start(values, format);
    const char *target = target_of(page, format, values);
    va_end(values);
    struct eh_page_answer *own = try_find(page, body, target);
    if (!own && page->answer_count == EH_PAGE_ANSWERS_MAX)
        own = &page->answers[EH_PAGE_ANSWERS_MAX - 1];
    if (!own) {
        own = answer_add(page, page->who.name, target);
        own->body = body;
        own->looked_at = true;
    }
    return own->wanted ? NULL : &own->answer;
}

const json_t *eh_page_get(struct eh_page *page, const char *format, ...)
{
    va_list values;
    va_start(values, format);
    const struct eh_answer *answer =
        eh_page_found(page, page->who.name, target_of(page, format, values));
    va_end(values);
    return answer && !answer->why ? answer->body : NULL;
}

const json_t *eh_page_me_of(struct eh_page *page, const char *user)
{
    const struct eh_answer *answer = eh_page_found(page, user, "/v1/me");
    return answer && !answer->why ? answer->body : NULL;
}

static const char *kept(const struct eh_page *page, struct eh_str text)
{
    const char *copy = eh_arena_str(page->arena, text).data;
    return copy ? copy : "";
}

const char *eh_page_part(const struct eh_page *page, const char *name)
{
    return kept(page, eh_http_path_part(&page->path, page->screen->path, name));
}

const char *eh_page_query(const struct eh_page *page, const char *name)
{
    return eh_form_get(&page->query, name);
}

const char *eh_page_text(struct eh_page *page, const char *format, ...)
{
    char text[1024];
    va_list values;
    va_start(values, format);
    eh_format_v(text, sizeof text, format, values);
    va_end(values);
    return kept(page, eh_str(text));
}

bool eh_page_is(const struct eh_page *page, unsigned roles)
{
    return (page->roles & roles) != 0;
}

/* ---- Values. */

const char *eh_text_of(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));
    return text ? text : "";
}

int64_t eh_int_of(const json_t *object, const char *key)
{
    return json_integer_value(json_object_get(object, key));
}

bool eh_true_of(const json_t *object, const char *key)
{
    return json_is_true(json_object_get(object, key));
}

bool eh_null_of(const json_t *object, const char *key)
{
    const json_t *value = json_object_get(object, key);
    return !value || json_is_null(value);
}
