/* words: JSON for a profile's programs, and what theirs means. See words.h. */
#include "bridge/out/words.h"

#include "bridge/profile/connection.h"
#include "host/bounded.h"

#define SHOWN_MAX 120 /* bytes of an answer that people see */

json_t *eh_words_assign(const char *id, const char *account, uint64_t seq, json_t *previous)
{
    return json_pack("{s:s, s:s?, s:I, s:O?}", "id", id, "account", account, "seq", (json_int_t)seq,
                     "previous", previous);
}

json_t *eh_words_read(const char *id)
{
    return json_pack("{s:s}", "id", id);
}

/* As JSON; what is none, as text. */
static json_t *body_of(const struct eh_web_answer *answer)
{
    json_t *body = NULL;
    char text[EH_WORDS_BODY_MAX];
    if (answer->body.size == 0)
        return json_null();
    if (eh_bounded_json(answer->body, &body, NULL) == 0)
        return body;
    size_t size = answer->body.size < sizeof text - 1 ? answer->body.size : sizeof text - 1;
    memcpy(text, answer->body.data, size);
    eh_text_tidy(text, size);
    return json_stringn(text, eh_utf8_whole(text, size));
}

json_t *eh_words_done(const struct eh_web_answer *answer, const char *id, const char *account,
                      unsigned step)
{
    return json_pack("{s:i, s:O, s:o, s:s?, s:s, s:i}", "status", answer->status, "headers",
                     answer->headers, "body", body_of(answer), "wanted", account, "id", id, "step",
                     (int)step);
}

json_t *eh_words_in(const struct eh_web_answer *answer, const char *from)
{
    return json_pack("{s:s, s:O, s:o}", "from", from, "headers", answer->headers, "body",
                     body_of(answer));
}

enum eh_verdict eh_words_verdict(const json_t *values)
{
    static const char *const names[] = {[EH_VERDICT_DONE] = "done",
                                        [EH_VERDICT_REFUSED] = "refused",
                                        [EH_VERDICT_AGAIN] = "again",
                                        [EH_VERDICT_READ] = "read"};
    const char *word = json_string_value(json_array_get(values, 0));
    if (!word || json_array_size(values) != 1)
        return EH_VERDICT_NONE;
    for (size_t i = 1; i < sizeof names / sizeof *names; i++)
        if (strcmp(word, names[i]) == 0)
            return (enum eh_verdict)i;
    return EH_VERDICT_NONE;
}

json_t *eh_words_ticket(const json_t *values, const char *id)
{
    size_t i;
    json_t *value;
    json_array_foreach(values, i, value)
    {
        const char *type = json_string_value(json_object_get(value, "type"));
        const char *its = json_string_value(json_object_get(value, "id"));
        if (type && its && strcmp(type, "ticket") == 0 && strcmp(its, id) == 0)
            return value;
    }
    return NULL;
}

bool eh_words_settled(const json_t *ticket, const char *account)
{
    const json_t *has = json_object_get(ticket, "account");
    if (json_is_false(json_object_get(ticket, "open")))
        return true;
    if (!has)
        return false;
    return account ? eh_account_same(json_string_value(has), account) : json_is_null(has);
}

void eh_words_refusal(const struct eh_web_answer *answer, char *ret, size_t size)
{
    char shown[SHOWN_MAX + 1];
    size_t length = answer->body.size < SHOWN_MAX ? answer->body.size : SHOWN_MAX;
    if (length > 0)
        memcpy(shown, answer->body.data, length);
    shown[length] = '\0';
    eh_text_tidy(shown, length);
    shown[eh_utf8_whole(shown, length)] = '\0';
    eh_format(ret, size, "the helpdesk answered %d%s%s", answer->status, length > 0 ? ": " : "",
              shown);
}
